import assert from "node:assert/strict";
import { open, stat, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { ProgramError } from "../process/run.ts";
import { scratchFolder } from "../testing/scratch.ts";
import { checkImage, convertImage, createImage, createOverlay, growImage, imageInfo } from "./qemu-img.ts";

const MiB = 1024 * 1024;

test("createOverlay() makes a larger qcow2 over a base, and imageInfo() reads both", async () => {
  await using scratch = await scratchFolder();
  const base = `${scratch.path}/base, with a comma.qcow2`;
  await createImage(base, { format: "qcow2", sizeBytes: 16 * MiB });
  await createOverlay(`${scratch.path}/o.qcow2`, { backing: base, backingFormat: "qcow2", sizeBytes: 32 * MiB });
  const overlay = await imageInfo(`${scratch.path}/o.qcow2`);
  assert.deepEqual(
    [overlay.format, overlay.virtualSizeBytes, overlay.backingFile, overlay.backingFormat, overlay.encrypted],
    ["qcow2", 32 * MiB, base, "qcow2", false],
  );
  assert.equal((await imageInfo(base)).backingFile, undefined);
});

test("imageInfo() names the data file of a qcow2 that has one", async () => {
  await using scratch = await scratchFolder();
  const image = `${scratch.path}/i.qcow2`;
  const { run } = await import("../process/run.ts");
  await run(["qemu-img", "create", "-q", "-f", "qcow2", "-o", `data_file=${scratch.path}/secret`, image, "1M"]);
  assert.equal((await imageInfo(image)).dataFile, `${scratch.path}/secret`);
});

test("convertImage() reports its progress and ends at 100", async () => {
  await using scratch = await scratchFolder();
  await writeFile(`${scratch.path}/raw`, Buffer.alloc(4 * MiB, 7));
  const seen: number[] = [];
  await convertImage(`${scratch.path}/raw`, `${scratch.path}/q`, {
    sourceFormat: "raw",
    format: "qcow2",
    compress: true,
    onProgress: (percent) => seen.push(percent),
  });
  assert.equal(seen.at(-1), 100);
  assert.equal((await imageInfo(`${scratch.path}/q`)).virtualSizeBytes, 4 * MiB);
  assert.ok((await stat(`${scratch.path}/q`)).size < MiB);
});

test("growImage() grows and refuses to shrink", async () => {
  await using scratch = await scratchFolder();
  const path = `${scratch.path}/i`;
  await createImage(path, { format: "qcow2", sizeBytes: 8 * MiB });
  await growImage(path, { format: "qcow2", sizeBytes: 16 * MiB });
  assert.equal((await imageInfo(path)).virtualSizeBytes, 16 * MiB);
  await assert.rejects(growImage(path, { format: "qcow2", sizeBytes: 8 * MiB }), /--shrink/);
});

test("checkImage() tells a sound image from a damaged one", async () => {
  await using scratch = await scratchFolder();
  const path = `${scratch.path}/i`;
  await writeFile(`${scratch.path}/raw`, Buffer.alloc(MiB, 7));
  await convertImage(`${scratch.path}/raw`, path, { sourceFormat: "raw", format: "qcow2" });
  assert.deepEqual(
    { ...(await checkImage(path, { format: "qcow2" })), report: "" },
    { corruptions: 0, leaks: 0, report: "" },
  );
  // The L1 table's offset is at byte 40 of the header, its first entry there points at an L2 table: send it astray.
  const file = await open(path, "r+");
  const header = Buffer.alloc(48);
  await file.read(header, 0, 48, 0);
  const entry = Buffer.alloc(8);
  entry.writeBigUInt64BE(0x8000000000a00000n);
  await file.write(entry, 0, 8, Number(header.readBigUInt64BE(40)));
  await file.close();
  const check = await checkImage(path, { format: "qcow2" });
  assert.ok(check.corruptions > 0, check.report);
});

test("imageInfo() of what is no image says so in qemu-img's words", async () => {
  await using scratch = await scratchFolder();
  await assert.rejects(imageInfo(`${scratch.path}/none`), (error) => {
    assert.ok(error instanceof ProgramError);
    assert.match(error.message, /No such file or directory/);
    return true;
  });
  await assert.rejects(imageInfo("nbd:localhost:1"), /must be absolute/);
});
