import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { listCheckpoints, ProgramError, run } from "@peapod/machinery/node";
import { checkImage } from "@peapod/qemu/node";
import { startTestRegistry } from "./testing/registry.ts";
import "./index.ts"; // registers its checkpoints

test("pulling and making a disk can die at any step and is finished the next time, with nothing left over", async (t) => {
  const checkpoints = listCheckpoints().filter((name) => /^(images|volumes)\//.test(name));
  assert.ok(checkpoints.length >= 5);
  await using registry = await startTestRegistry();
  await registry.push("a/b", "v1", [[{ name: "disk/d.img", content: Buffer.alloc(2 ** 20, "boot") }]]);
  for (const checkpoint of checkpoints) {
    const folder = mkdtempSync(join(tmpdir(), "peapod-death-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const worker = (...rest: readonly string[]) =>
      run([process.execPath, join(import.meta.dirname, "death.worker.ts"), folder, `${registry.host}/a/b:v1`, ...rest]);
    await assert.rejects(worker(checkpoint), (error) => error instanceof ProgramError && error.signal === "SIGKILL");
    const disk = JSON.parse((await worker()).stdout);
    assert.equal((await checkImage(disk.path, { format: "qcow2" })).corruptions, 0, checkpoint);
    assert.equal(disk.virtualSizeBytes, 2 ** 20);
    assert.deepEqual(readdirSync(join(folder, "images/tmp")), [], checkpoint);
    assert.equal(readdirSync(join(folder, "images/disks")).length, 1, checkpoint);
    assert.equal(readdirSync(join(folder, "disks")).length, 2, checkpoint);
  }
});
