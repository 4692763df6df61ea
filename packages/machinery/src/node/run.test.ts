import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { ProgramError } from "./program-error.ts";
import { run } from "./run.ts";

test("run() gives both outputs of a program that succeeds", async () => {
  const result = await run(["sh", "-c", "cat; echo no >&2"], { input: "yes" });
  assert.deepEqual(result, { stdout: "yes", stderr: "no\n" });
});

test("run() keeps the last bytes of a long output", async () => {
  const result = await run(["sh", "-c", "seq 1 100000"], { maxOutputBytes: 14 });
  assert.equal(result.stdout, "\n99999\n100000\n");
});

test("run() adds to the environment and works in the folder it is given", async () => {
  const result = await run(["sh", "-c", 'echo "$A $(pwd) $PATH"'], { env: { A: "b" }, cwd: "/" });
  assert.match(result.stdout, /^b \/ \S+/);
});

test("run() throws a ProgramError with the program's last words", async () => {
  const error = await failure(run(["sh", "-c", "echo one >&2; echo two >&2; exit 3"]));
  assert.equal(error.message, '"sh" failed with exit code 3: one; two');
  assert.equal(error.exitCode, 3);
  assert.equal(error.stderr, "one\ntwo\n");
});

test("run() says that a program is not installed", async () => {
  const error = await failure(run(["peapod-no-such-program"]));
  assert.equal(error.message, 'Cannot run "peapod-no-such-program": it is not installed, or not on the PATH');
  assert.equal(error.code, "ENOENT");
});

test("run() ends the whole process group when the time runs out", async () => {
  const folder = mkdtempSync(join(tmpdir(), "machinery-run-"));
  try {
    const error = await failure(
      run(["sh", "-c", `sleep 100 & echo $! > ${folder}/pid; echo started; wait`], { timeoutMs: 300 }),
    );
    assert.equal(error.isTimeout, true);
    assert.match(error.message, /did not finish within 300 ms: started$/);
    await gone(Number(readFileSync(`${folder}/pid`, "utf8")));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("run() ends the program with KILL when it ignores TERM, and throws the abort's reason", async () => {
  const abort = new AbortController();
  const reason = new Error("no longer wanted");
  setTimeout(() => abort.abort(reason), 100);
  await assert.rejects(
    run(["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"], { signal: abort.signal }),
    reason,
  );
});

test("run() does not wait for the outputs of a daemon that outlives the program", async () => {
  const result = await run(["sh", "-c", "sleep 30 & echo $!"]);
  process.kill(Number(result.stdout), "SIGKILL");
});

async function failure(promise: Promise<unknown>): Promise<ProgramError> {
  const error: unknown = await promise.then(
    () => assert.fail("it succeeded"),
    (reason) => reason,
  );
  assert.ok(error instanceof ProgramError);
  return error;
}

/** The process is gone, or a zombie that nobody has reaped yet. */
async function gone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
