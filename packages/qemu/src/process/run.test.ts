import assert from "node:assert/strict";
import { test } from "node:test";
import { ProgramError, run } from "./run.ts";
import { Tail } from "./tail.ts";

test("run() gives both outputs and passes input and arguments through untouched", async () => {
  const result = await run(["sh", "-c", 'cat; printf %s "$1" >&2', "sh", "a b;$c"], { input: "from us" });
  assert.deepEqual(result, { exitCode: 0, stdout: "from us", stderr: "a b;$c" });
});

test("run() fails with the program's last words", async () => {
  await assert.rejects(run(["sh", "-c", "echo no room >&2; exit 3"]), (error) => {
    assert.ok(error instanceof ProgramError);
    assert.equal(error.exitCode, 3);
    assert.equal(error.message, "sh failed with exit code 3: no room");
    return true;
  });
});

test("run() takes an accepted exit code for an answer", async () => {
  assert.equal((await run(["sh", "-c", "exit 3"], { accept: [0, 3] })).exitCode, 3);
});

test("run() tells a missing program from a failing one", async () => {
  await assert.rejects(run(["/no/such/program"]), /cannot be started/);
});

test("run() kills the program when its signal aborts", async () => {
  const stop = new AbortController();
  const reason = new Error("enough");
  const running = assert.rejects(run(["sleep", "600"], { signal: stop.signal }), reason);
  stop.abort(reason);
  await running;
});

test("Tail keeps the end, cutting within a chunk", () => {
  const tail = new Tail(5);
  for (const chunk of ["abc", "def", "gh"]) tail.push(Buffer.from(chunk));
  assert.equal(tail.text(), "defgh");
  tail.push(Buffer.from("123456789"));
  assert.equal(tail.text(), "56789");
});
