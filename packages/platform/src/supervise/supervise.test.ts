import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog } from "@peapod/machinery";
import { findRecordedProcess } from "../instance/process-record.ts";
import { Supervised } from "./supervise.ts";

test("Supervised starts its program again when it dies, and ends it with itself", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "peapod-supervise-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const recordFile = join(folder, "pid");
  const logFile = join(folder, "log");
  const program = { argv: ["sh", "-c", "echo started; exec sleep 60"], logFile, recordFile };
  const supervised = await Supervised.start(program, silentLog);
  const first = await waitFor(() => findRecordedProcess(recordFile));
  await waitFor(() => readFileSync(logFile, "utf8").includes("started") || undefined);
  process.kill(first.pid, "SIGKILL");
  const second = await waitFor(() => {
    const found = findRecordedProcess(recordFile);
    return found && found.pid !== first.pid ? found : undefined;
  });
  await supervised[Symbol.asyncDispose]();
  await waitFor(() => isGone(second.pid) || undefined);
});

test("Supervised takes over from a supervisor that was killed: the old program ends, one runs", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "peapod-supervise-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const program = { argv: ["sleep", "60"], logFile: join(folder, "log"), recordFile: join(folder, "pid") };
  const killed = await Supervised.start(program, silentLog);
  const old = await waitFor(() => findRecordedProcess(program.recordFile));
  const next = await Supervised.start({ ...program, argv: ["sleep", "61"] }, silentLog);
  t.after(() => killed[Symbol.asyncDispose]());
  const now = await waitFor(() => {
    const found = findRecordedProcess(program.recordFile);
    return found && found.pid !== old.pid ? found : undefined;
  });
  assert.notEqual(now.pid, old.pid);
  await killed[Symbol.asyncDispose]();
  await next[Symbol.asyncDispose]();
});

/** One that has ended is there until Node has taken its exit status. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

async function waitFor<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
