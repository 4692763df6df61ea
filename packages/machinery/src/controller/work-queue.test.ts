import assert from "node:assert/strict";
import test from "node:test";
import { eventually } from "../testing/eventually.ts";
import { WorkQueue } from "./work-queue.ts";

test("WorkQueue works on a key once for many adds, and once more for an add in between", async (t) => {
  const gate = Promise.withResolvers<void>();
  const { queue, seen } = start(t, async () => gate.promise);
  queue.add("a");
  queue.add("a");
  await eventually(() => seen.length === 1);
  queue.add("a");
  queue.add("a");
  gate.resolve();
  await queue.idle();
  assert.deepEqual(seen, ["a", "a"]);
});

test("WorkQueue never works on one key twice at a time, and on few enough at once", async (t) => {
  const running = new Set<string>();
  let most = 0;
  const { queue, seen } = start(
    t,
    async (key) => {
      assert.equal(running.has(key), false);
      running.add(key);
      most = Math.max(most, running.size);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running.delete(key);
    },
    2,
  );
  for (const key of ["a", "b", "c", "d", "a", "b"]) queue.add(key);
  await eventually(() => seen.length >= 4 && running.size === 0);
  assert.equal(most, 2);
});

test("WorkQueue.addAfter() keeps the earliest time of a key, and a look replaces it", async (t) => {
  const { queue, seen } = start(t, async () => {});
  queue.addAfter("a", 3_600_000);
  queue.addAfter("a", 1);
  await eventually(() => seen.length === 1);
  queue.addAfter("b", 50);
  queue.add("b");
  await eventually(() => seen.length === 2);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(seen, ["a", "b"]);
});

test("WorkQueue.retry() counts failures until the key is forgotten", (t) => {
  const { queue } = start(t, async () => {});
  assert.equal(queue.retry("a"), 1);
  assert.equal(queue.retry("a"), 2);
  queue.forget("a");
  assert.equal(queue.retry("a"), 1);
});

test("WorkQueue begins nothing after its signal aborted", async (t) => {
  const { queue, seen, abort } = start(t, async () => {});
  queue.addAfter("a", 1);
  queue.add("b");
  abort();
  queue.add("c");
  await queue.idle();
  assert.deepEqual(seen, []);
});

function start(t: test.TestContext, work: (key: string) => Promise<void>, concurrency?: number) {
  const controller = new AbortController();
  const seen: string[] = [];
  const process = async (key: string) => {
    seen.push(key);
    await work(key);
  };
  const queue = new WorkQueue({ process, concurrency, signal: controller.signal, random: () => 0 });
  t.after(() => controller.abort());
  return { queue, seen, abort: () => controller.abort() };
}
