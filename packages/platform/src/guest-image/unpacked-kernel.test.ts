import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { run } from "@peapod/machinery/node";
import { renderKernelStub, stubBytes } from "./kernel-stub.ts";
import { layOut, unpackKernel } from "./unpacked-kernel.ts";

const { signal } = new AbortController();

/** An ELF file of two segments, the second with more memory than content. */
function elf(): Buffer {
  const file = Buffer.alloc(0x400);
  file.write("\x7fELF", "latin1");
  file.writeBigUInt64LE(0x1000010n, 24);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(2, 56);
  const segment = (index: number, offset: number, address: number, bytes: number, size: number): void => {
    const at = 64 + index * 56;
    file.writeUInt32LE(1, at);
    for (const [where, value] of [
      [8, offset],
      [24, address],
      [32, bytes],
      [40, size],
    ] as const) {
      file.writeBigUInt64LE(BigInt(value), at + where);
    }
  };
  segment(0, 0x200, 0x1000000, 4, 4);
  segment(1, 0x300, 0x1000010, 3, 0x1000);
  file.write("head", 0x200);
  file.write("dat", 0x300);
  return file;
}

/** A boot file in the form of the protocol, whose payload is an ELF file packed with xz. */
async function bzImage(t: TestContext): Promise<{ readonly image: Buffer; readonly folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), "peapod-kernel-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "vmlinux"), elf());
  await run(["xz", "--check=crc32", join(folder, "vmlinux")]);
  const payload = Buffer.concat([readFileSync(join(folder, "vmlinux.xz")), Buffer.alloc(4)]);
  const setup = Buffer.alloc(512 * 3, 0xaa);
  setup.writeUInt8(2, 0x1f1);
  setup.write("HdrS", 0x202);
  setup.writeUInt16LE(0x20f, 0x206);
  setup.writeUInt32LE(100, 0x248);
  setup.writeUInt32LE(payload.length, 0x24c);
  return { image: Buffer.concat([setup, Buffer.alloc(100), payload]), folder };
}

test("layOut() puts segments where they belong and leaves out the zeros at the end", () => {
  const { memory, ...rest } = layOut(elf());
  assert.deepEqual(rest, { address: 0x1000000, endAddress: 0x1001010, entry: 0x1000010 });
  assert.equal(memory.toString("latin1"), `head${"\0".repeat(12)}dat${"\0".repeat(5)}`);
});

test("unpackKernel() keeps the real-mode part and describes what follows it", async (t) => {
  const { image, folder } = await bzImage(t);
  const unpacked = await unpackKernel(image, folder, signal);
  const body = unpacked.subarray(512 * 3);
  assert.equal(body.toString("latin1", stubBytes, stubBytes + 4), "head");
  assert.equal(unpacked.readUInt32LE(0x1f4) * 16, body.length);
  assert.equal(unpacked.readBigUInt64LE(0x258), 0x100000n);
  assert.equal(unpacked.readUInt32LE(0x260), 0x1001010 - 0x100000);
  assert.deepEqual([unpacked[0x234], unpacked.readUInt16LE(0x236)], [0, 0]);
  assert.ok(unpacked.subarray(0, 0x1f0).equals(image.subarray(0, 0x1f0)));
});

test("unpackKernel() says what it cannot do", async (t) => {
  const { image, folder } = await bzImage(t);
  const other = Buffer.from(image);
  other.write("zstd!!", 512 * 3 + 100);
  await assert.rejects(unpackKernel(other, folder, signal), /it is not packed with xz/);
  await assert.rejects(unpackKernel(Buffer.alloc(2048), folder, signal), /no boot header of a kind known here/);
});

test("renderKernelStub() has its 64 bit part, its descriptors and its figures where its own code says", () => {
  const stub = renderKernelStub(0x1000, 0x1000000, 0x1000200);
  assert.equal(stub.length, 0x8000);
  assert.equal(stub.toString("hex", 0xa3, 0xa9), "cbb818000000");
  assert.equal(stub.toString("hex", 0xb3, 0xba), `488db5${"f88f0000"}`, "the kernel's last eight bytes");
  assert.equal(stub.toString("hex", 0xba, 0xc4), `bf${"f80f0001"}b9${"00020000"}`);
  assert.equal(stub.toString("hex", 0xcb, 0xd2), `b8${"00020001"}ffe0`);
  assert.equal(stub.toString("hex", 0xd8, 0xe0), "1f00000000000000");
  assert.equal(stub.toString("hex", 0xf0, 0x100), "ffff0000009aaf00ffff00000092cf00");
  assert.ok(stub.subarray(0x100).equals(Buffer.alloc(0x7f00)), "page tables start empty");
});
