import assert from "node:assert/strict";
import test from "node:test";
import { NetworkLocks } from "./network-lock.ts";

test("NetworkLocks lets attachments go on side by side, and tidying alone, in the order in which they came", async () => {
  const locks = new NetworkLocks();
  const seen: string[] = [];
  const open: { [name: string]: () => void } = {};
  const work = (name: string) => async () => {
    seen.push(`${name} begins`);
    await new Promise<void>((resolve) => {
      open[name] = resolve;
    });
    seen.push(`${name} ends`);
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const all = [
    locks.shared("n", work("a")),
    locks.shared("n", work("b")),
    locks.exclusive("n", work("gc")),
    locks.shared("n", work("c")),
    locks.shared("other", work("d")),
  ];
  await turn();
  assert.deepEqual(seen, ["a begins", "b begins", "d begins"]);
  for (const name of ["a", "b", "d", "gc", "c"]) {
    open[name]?.();
    await turn();
  }
  await Promise.all(all);
  const order = ["b ends", "gc begins", "d ends", "gc ends", "c begins", "c ends"];
  assert.deepEqual(seen.slice(4), order);
});
