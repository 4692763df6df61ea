import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "@peapod/machinery/node";
import { renderKernelStub, stubBytes } from "./kernel-stub.ts";

/** Where a kernel is loaded that says that it must not be elsewhere. */
const loadAddress = 0x100000;

/**
 * Makes a kernel that need not unpack itself. The distribution's is packed for size, and an emulated CPU takes three seconds
 * to unpack it, half of what the guest needs to its first program; reading five times as much takes one. For BIOS only: UEFI
 * starts a kernel through a part that this one leaves out.
 *
 * @param kernel  a bzImage packed with xz
 * @param work  a folder for what lies between
 * @throws {Error} when it is made in another way
 * @see https://docs.kernel.org/arch/x86/boot.html
 */
export async function unpackKernel(kernel: Buffer, work: string, signal: AbortSignal): Promise<Buffer> {
  const setupBytes = ((kernel[0x1f1] ?? 0) + 1) * 512;
  if (kernel.toString("latin1", 0x202, 0x206) !== "HdrS" || kernel.readUInt16LE(0x206) < 0x20c) {
    throw new Error("Cannot unpack the kernel: it has no boot header of a kind known here");
  }
  const payloadAt = setupBytes + kernel.readUInt32LE(0x248);
  // The last four bytes are the size of what is packed.
  const payload = kernel.subarray(payloadAt, payloadAt + kernel.readUInt32LE(0x24c) - 4);
  if (payload.toString("hex", 0, 6) !== "fd377a585a00")
    throw new Error("Cannot unpack the kernel: it is not packed with xz");
  const packed = join(work, "kernel.xz");
  await writeFile(packed, payload);
  await run(["xz", "--decompress", "--keep", "--force", packed], { signal });
  const { memory, address, endAddress, entry } = layOut(await readFile(join(work, "kernel")));
  const stub = renderKernelStub(memory.length, address, entry);
  const body = Buffer.concat([stub, memory, Buffer.alloc(-(stubBytes + memory.length) & 15)]);
  return Buffer.concat([describe(kernel.subarray(0, setupBytes), body.length, endAddress), body]);
}

interface Layout {
  /** The kernel as it lies in memory, without the zeros at its end, which it clears itself. */
  readonly memory: Buffer;
  readonly address: number;
  /** The end of all that it claims. */
  readonly endAddress: number;
  readonly entry: number;
}

/** Puts the segments of an ELF file where they belong. */
export function layOut(elf: Buffer): Layout {
  const start = Number(elf.readBigUInt64LE(32));
  const segments = Array.from({ length: elf.readUInt16LE(56) }, (_, index) => {
    const at = start + index * elf.readUInt16LE(54);
    const number = (offset: number): number => Number(elf.readBigUInt64LE(at + offset));
    return { type: elf.readUInt32LE(at), offset: number(8), address: number(24), bytes: number(32), size: number(40) };
  }).filter(({ type }) => type === 1);
  if (segments.length === 0) throw new Error("Cannot unpack the kernel: it has nothing to load");
  const address = Math.min(...segments.map((one) => one.address));
  const endAddress = Math.max(...segments.map((one) => one.address + one.size));
  const memory = Buffer.alloc(endAddress - address);
  for (const one of segments) elf.copy(memory, one.address - address, one.offset, one.offset + one.bytes);
  let length = memory.length;
  while (length > 0 && memory[length - 1] === 0) length--;
  const whole = Math.ceil(length / 8) * 8;
  return { memory: memory.subarray(0, whole), address, endAddress, entry: Number(elf.readBigUInt64LE(24)) };
}

/** The real-mode part, which boot loaders read, with the facts about what follows it. */
function describe(setup: Buffer, bodyBytes: number, endAddress: number): Buffer {
  const described = Buffer.from(setup);
  described.writeUInt32LE(bodyBytes / 16, 0x1f4);
  described.writeUInt8(0, 0x234); // not relocatable
  described.writeUInt16LE(0, 0x236); // no 64 bit entry, no UEFI
  described.writeUInt32LE(0, 0x248); // no payload
  described.writeUInt32LE(0, 0x24c);
  described.writeBigUInt64LE(BigInt(loadAddress), 0x258);
  described.writeUInt32LE(endAddress - loadAddress, 0x260); // memory it needs before it can read how much there is
  return described;
}
