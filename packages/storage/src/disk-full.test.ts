import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "@peapod/machinery/node";

test("a full disk is said in a sentence, whatever met it, and leaves nothing half-made", async (t) => {
  if (process.getuid?.() !== 0) return t.skip("mounting a small filesystem needs root");
  const worker = join(import.meta.dirname, "disk-full.worker.ts");
  // Mounts of its own, which end with it.
  const { stdout } = await run(["unshare", "--mount", "--propagation", "private", process.execPath, worker]);
  assert.deepEqual(JSON.parse(stdout), {
    copying: "Cannot pull HOST/a/random:v1: the disk is full",
    unpacking: "Cannot unpack HOST/a/text:v1: the disk is full",
    importing: "Cannot import FILE: the disk is full",
    preparing: "Cannot prepare volume data: the disk is full",
    left: [],
  });
});
