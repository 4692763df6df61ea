/** Where the kernel proper begins behind the stub: 4 KiB code and stack, 24 KiB page tables, and a page to spare. */
export const stubBytes = 0x8000;

/**
 * Machine code that stands where a compressed kernel has its unpacker: entered as the boot protocol has it (32 bit, flat segments,
 * `esi` the boot parameters), it moves the kernel to its place and enters it (64 bit, the first 4 GiB mapped one to one, `rsi` the
 * boot parameters).
 *
 * @param sizeBytes  of the kernel that follows, a multiple of 8
 * @param address  where the kernel wants to be, physical; above the place it was loaded at, so that it is moved from its end
 * @param entry  where it begins, physical
 * @see https://docs.kernel.org/arch/x86/boot.html — 32-bit and 64-bit boot protocol
 */
export function renderKernelStub(sizeBytes: number, address: number, entry: number): Buffer {
  const code = instructions.map(([bytes]) => bytes).join(" ");
  const filled = code
    .replace("SOURCE", littleEndian(stubBytes + sizeBytes - 8))
    .replace("TARGET", littleEndian(address + sizeBytes - 8))
    .replace("COUNT", littleEndian(sizeBytes / 8))
    .replace("ENTRY", littleEndian(entry));
  const stub = Buffer.alloc(stubBytes);
  Buffer.from(filled.replaceAll(" ", ""), "hex").copy(stub);
  return stub;
}

function littleEndian(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString("hex");
}

/** Offsets in it: 0x0d after the call, 0xa4 the 64 bit part, 0xd8 the descriptor table's register, 0xe0 the table. */
const instructions: readonly (readonly [bytes: string, meaning: string])[] = [
  ["fa", "cli"],
  ["fc", "cld"],
  ["8da6 e8010000", "lea esp, [esi + 0x1e8]: four bytes of the boot parameters are free for this"],
  ["e8 00000000", "call the next instruction"],
  ["5d", "pop ebp"],
  ["83ed 0d", "sub ebp, 0x0d: where we were loaded"],
  ["8da5 00100000", "lea esp, [ebp + 0x1000]"],
  ["89f3", "mov ebx, esi"],
  // Page tables: one of the fourth level, one of the third, four of the second with pages of 2 MiB.
  ["8d85 03200000", "lea eax, [ebp + 0x2003]"],
  ["8985 00100000", "mov [ebp + 0x1000], eax"],
  ["8d85 03300000", "lea eax, [ebp + 0x3003]"],
  ["8dbd 00200000", "lea edi, [ebp + 0x2000]"],
  ["b9 04000000", "mov ecx, 4"],
  ["8907", "mov [edi], eax"],
  ["05 00100000", "add eax, 0x1000"],
  ["83c7 08", "add edi, 8"],
  ["e2 f4", "loop, 12 bytes back"],
  ["b8 83000000", "mov eax, 0x83: present, writable, large"],
  ["8dbd 00300000", "lea edi, [ebp + 0x3000]"],
  ["b9 00080000", "mov ecx, 2048"],
  ["8907", "mov [edi], eax"],
  ["05 00002000", "add eax, 2 MiB"],
  ["83c7 08", "add edi, 8"],
  ["e2 f4", "loop, 12 bytes back"],
  // Long mode: PAE, the tables, EFER.LME, descriptors, paging.
  ["0f20e0", "mov eax, cr4"],
  ["83c8 20", "or eax, 0x20"],
  ["0f22e0", "mov cr4, eax"],
  ["8d85 00100000", "lea eax, [ebp + 0x1000]"],
  ["0f22d8", "mov cr3, eax"],
  ["b9 800000c0", "mov ecx, 0xc0000080"],
  ["0f32", "rdmsr"],
  ["0fbae8 08", "bts eax, 8"],
  ["0f30", "wrmsr"],
  ["8d85 e0000000", "lea eax, [ebp + 0xe0]"],
  ["8985 da000000", "mov [ebp + 0xda], eax"],
  ["0f0195 d8000000", "lgdt [ebp + 0xd8]"],
  ["0f20c0", "mov eax, cr0"],
  ["0fbae8 1f", "bts eax, 31"],
  ["0f22c0", "mov cr0, eax"],
  ["8d85 a4000000", "lea eax, [ebp + 0xa4]"],
  ["6a 10", "push 0x10: code of 64 bit"],
  ["50", "push eax"],
  ["cb", "far return"],
  // 64 bit from here, offset 0xa4. The upper halves of registers are unknown until something is moved into them.
  ["b8 18000000", "mov eax, 0x18"],
  ["8ed8", "mov ds, eax"],
  ["8ec0", "mov es, eax"],
  ["8ed0", "mov ss, eax"],
  ["89ed", "mov ebp, ebp"],
  ["89db", "mov ebx, ebx"],
  ["488db5 SOURCE", "lea rsi, [rbp + the kernel's last eight bytes]"],
  ["bf TARGET", "mov edi, their place"],
  ["b9 COUNT", "mov ecx, how many times eight"],
  ["fd", "std"],
  ["f348a5", "rep movsq"],
  ["fc", "cld"],
  ["89de", "mov esi, ebx"],
  ["b8 ENTRY", "mov eax, the kernel's entry"],
  ["ffe0", "jmp rax"],
  ["000000000000", "to the next multiple of 8"],
  ["1f00 00000000 0000", "offset 0xd8: the table's size less one, its address"],
  ["0000000000000000 0000000000000000", "offset 0xe0: two empty descriptors"],
  ["ffff0000009aaf00", "0x10: code, 64 bit"],
  ["ffff00000092cf00", "0x18: data"],
];
