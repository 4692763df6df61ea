import assert from "node:assert/strict";
import { test } from "node:test";
import { startFakeQmp } from "../testing/fake-qmp.ts";
import { scratchFolder } from "../testing/scratch.ts";
import { connectQmp } from "./connection.ts";
import { QmpBusyError, QmpClosedError, QmpError, QmpTimeoutError } from "./errors.ts";
import { queryStatus } from "./verbs.ts";

test("connectQmp() negotiates and answers commands in any order", async () => {
  await using scratch = await scratchFolder();
  const path = `${scratch.path}/q`;
  await using fake = await startFakeQmp(path, { "query-status": () => ({ status: "running", running: true }) });
  await using qmp = await connectQmp(path);
  assert.equal(qmp.greeting.version, "7.2.22");
  const [status, refusal] = await Promise.allSettled([queryStatus(qmp), qmp.execute("nonsense", { a: 1 })]);
  assert.deepEqual(status, { status: "fulfilled", value: "running" });
  assert.ok(refusal.status === "rejected" && refusal.reason instanceof QmpError);
  assert.equal(refusal.reason.message, "nonsense: The command nonsense has not been found");
  assert.deepEqual(fake.received[0], { command: "qmp_capabilities", arguments: {} });
});

test("connectQmp() asks for out-of-band commands where wanted", async () => {
  await using scratch = await scratchFolder();
  await using fake = await startFakeQmp(`${scratch.path}/q`);
  await using _ = await connectQmp(`${scratch.path}/q`, { oob: true });
  assert.deepEqual(fake.received[0], { command: "qmp_capabilities", arguments: { enable: ["oob"] } });
});

test("connectQmp() takes silence for a monitor that another client holds", async () => {
  await using scratch = await scratchFolder();
  await using _fake = await startFakeQmp(`${scratch.path}/q`);
  const first = await connectQmp(`${scratch.path}/q`);
  await assert.rejects(connectQmp(`${scratch.path}/q`, { greetingTimeoutMs: 20 }), QmpBusyError);
  first.close();
  await using second = await connectQmp(`${scratch.path}/q`);
  assert.equal(second.greeting.package, "fake");
});

test("connectQmp() fails with the code when nobody listens", async () => {
  await using scratch = await scratchFolder();
  await assert.rejects(connectQmp(`${scratch.path}/none`), { code: "ENOENT" });
});

test("execute() gives up at its deadline and drops the late answer", async () => {
  await using scratch = await scratchFolder();
  await using _fake = await startFakeQmp(`${scratch.path}/q`, { stop: () => undefined, cont: () => ({}) });
  await using qmp = await connectQmp(`${scratch.path}/q`);
  await assert.rejects(qmp.execute("stop", {}, { deadlineMs: 10 }), QmpTimeoutError);
  assert.deepEqual(await qmp.execute("cont"), {});
});

test("execute() ends when QEMU dies, and so do events() and closed", async () => {
  await using scratch = await scratchFolder();
  await using fake = await startFakeQmp(`${scratch.path}/q`, { stop: () => undefined });
  await using qmp = await connectQmp(`${scratch.path}/q`);
  const events = qmp.events();
  const answer = assert.rejects(qmp.execute("stop"), QmpClosedError);
  fake.emit("SHUTDOWN", { guest: true, reason: "guest-shutdown" });
  assert.deepEqual((await events.next()).value, {
    event: "SHUTDOWN",
    data: { guest: true, reason: "guest-shutdown" },
    timestampMs: 1_700_000_000_250,
  });
  fake.drop();
  await answer;
  assert.equal((await events.next()).done, true);
  assert.equal(qmp.closed.aborted, true);
  await assert.rejects(qmp.execute("cont"), QmpClosedError);
});

test("execute() stops waiting when its signal aborts", async () => {
  await using scratch = await scratchFolder();
  await using _fake = await startFakeQmp(`${scratch.path}/q`, { stop: () => undefined });
  await using qmp = await connectQmp(`${scratch.path}/q`);
  const reason = new Error("enough");
  const stop = new AbortController();
  const answer = assert.rejects(qmp.execute("stop", {}, { signal: stop.signal }), reason);
  stop.abort(reason);
  await answer;
});
