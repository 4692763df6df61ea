import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { LockedError, lockDataDir } from "./lock.ts";
import { endProcess, findRecordedProcess, recordProcess } from "./process-record.ts";

function temporaryFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "peapod-instance-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

test("lockDataDir() refuses a folder that another process holds, names the holder, and frees it with that process", async () => {
  using folder = temporaryFolder();
  const lockFile = join(folder.path, "lock");
  const module = new URL("./lock.ts", import.meta.url).href;
  const script = `const { lockDataDir } = await import(${JSON.stringify(module)});
    globalThis.lock = lockDataDir("D", ${JSON.stringify(lockFile)}, process.pid);
    console.log("held"); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");
  assert.throws(
    () => lockDataDir("D", lockFile, process.pid),
    (error: unknown) => error instanceof LockedError && error.message.includes(`process ${holder.pid}`),
  );
  holder.kill("SIGKILL");
  await once(holder, "exit");
  using _mine = lockDataDir("D", lockFile, process.pid);
});

test("findRecordedProcess() knows the process it recorded, and endProcess() ends it", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "pid");
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  await once(child, "spawn");
  recordProcess(path, child.pid!);
  const found = findRecordedProcess(path);
  assert.equal(found?.pid, child.pid);
  await endProcess(found!, 5_000);
  assert.equal(findRecordedProcess(path), undefined);
});
