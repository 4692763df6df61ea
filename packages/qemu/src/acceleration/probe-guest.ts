import { assemble, type Code, doubleWord, jump, word } from "./assembler.ts";

/**
 * The guest that finds out whether an accelerator is any good: a boot sector that does what ordinary systems do (firmware, 64-bit
 * mode, arithmetic, touching memory, changing page tables, interrupts, switching address spaces, ports) and then ends QEMU through
 * its debug exit port. About half a second of work under emulation, a tenth of that on a processor that virtualises.
 */
export function probeGuest(): Buffer {
  const disk = Buffer.alloc(1024 * 1024);
  assemble(0x7c00, [...enterLongMode, ...work, ...tables]).copy(disk);
  disk.writeUInt16LE(0xaa55, 510);
  return disk;
}

/** QEMU's exit code after the guest wrote `doneByte` to the port of `isa-debug-exit`. */
export const probeExitCode = (0x10 << 1) | 1;
export const debugExitPort = 0xf4;
const doneByte = 0x10;

/** Page tables from 0x10000 on: 64 MiB mapped one to one by large pages, and a window of small pages at 1 GiB. */
const [pml4, pageTable, idt] = [0x10000, 0x14000, 0x15000];

const enterLongMode: readonly Code[] = [
  [0xfa], // cli
  [0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xd0], // xor ax, ax; mov ds, ax; mov ss, ax
  [0xbc, ...word(0x7c00), 0xfc], // mov sp, 0x7c00; cld
  [0xb8, ...word(pml4 >> 4), 0x8e, 0xc0], // mov ax, 0x1000; mov es, ax
  [0x31, 0xff, 0x31, 0xc0, 0xb9, ...word(0x3000), 0xf3, 0xab], // zero all tables: rep stosw
  // Level 4, level 3 (first and second GiB), level 2 of the second GiB.
  [0x26, 0x66, 0xc7, 0x06, ...word(0x0000), ...doubleWord(0x11003)], // mov dword es:[0x0000], 0x11003
  [0x26, 0x66, 0xc7, 0x06, ...word(0x1000), ...doubleWord(0x12003)],
  [0x26, 0x66, 0xc7, 0x06, ...word(0x1008), ...doubleWord(0x13003)],
  [0x26, 0x66, 0xc7, 0x06, ...word(0x3000), ...doubleWord(pageTable | 3)],
  [0xbf, ...word(0x2000), 0x66, 0xb8, ...doubleWord(0x83)], // mov di, 0x2000; mov eax, 0x83
  { label: "large page" },
  [0x26, 0x66, 0x89, 0x05, 0x83, 0xc7, 0x08], // mov es:[di], eax; add di, 8
  [0x66, 0x05, ...doubleWord(0x200000)], // add eax, 2 MiB
  [0x81, 0xff, ...word(0x2100)], // cmp di, 0x2100
  { jump: jump.ifNotZero, to: "large page" },
  [0x0f, 0x01, 0x16],
  { address: "gdt pointer", bytes: 2 }, // lgdt
  [0x66, 0xb8, ...doubleWord(0x20), 0x0f, 0x22, 0xe0], // cr4 = physical address extension
  [0x66, 0xb8, ...doubleWord(pml4), 0x0f, 0x22, 0xd8], // cr3 = tables
  [0x66, 0xb9, ...doubleWord(0xc0000080), 0x0f, 0x32, 0x80, 0xcc, 0x01, 0x0f, 0x30], // EFER.LME
  [0x66, 0xb8, ...doubleWord(0x80000001), 0x0f, 0x22, 0xc0], // cr0 = paging, protection
  [0xea],
  { address: "long mode", bytes: 2 },
  [...word(8)], // jmp 8:long mode
];

const work: readonly Code[] = [
  { label: "long mode" },
  [0x66, 0xb8, ...word(16), 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0], // mov ax, 16; ds = es = ss = ax
  [0xbc, ...doubleWord(0x7c00)], // mov esp, 0x7c00
  [0xbf, ...doubleWord(idt + 0x20 * 16)], // mov edi, gate 0x20
  [0x66, 0xc7, 0x07],
  { address: "handler", bytes: 2 }, // mov word [rdi], handler
  [0x66, 0xc7, 0x47, 0x02, ...word(8), 0xc7, 0x47, 0x04, ...doubleWord(0x8e00)], // selector; present interrupt gate
  [0x0f, 0x01, 0x1c, 0x25],
  { address: "idt pointer", bytes: 4 }, // lidt

  [0xb9, ...doubleWord(20_000_000)], // arithmetic
  { label: "arithmetic" },
  [0x6b, 0xc0, 0x03, 0x01, 0xc8, 0xff, 0xc9], // imul eax, eax, 3; add eax, ecx; dec ecx
  { jump: jump.ifNotZero, to: "arithmetic" },

  [0xbf, ...doubleWord(0x1000000), 0xb9, ...doubleWord(0x400000), 0xf3, 0x48, 0xab], // 32 MiB from 16 MiB on: rep stosq

  [0xbd, ...doubleWord(100)], // a hundred times: map, touch and unmap 512 pages
  { label: "round" },
  [0xbf, ...doubleWord(pageTable), 0xbb, ...doubleWord(0x40000000), 0xb8, ...doubleWord(0x200003)],
  { label: "page" },
  [0x89, 0x07, 0x89, 0x03], // mov [rdi], eax; mov [rbx], eax
  [0xc7, 0x07, ...doubleWord(0), 0x0f, 0x01, 0x3b], // mov dword [rdi], 0; invlpg [rbx]
  [0x83, 0xc7, 0x08, 0x81, 0xc3, ...doubleWord(0x1000), 0x05, ...doubleWord(0x1000)], // next entry, page, frame
  [0x81, 0xff, ...doubleWord(pageTable + 0x1000)],
  { jump: jump.ifNotZero, to: "page" },
  [0xff, 0xcd],
  { jump: jump.ifNotZero, to: "round" },

  [0xb9, ...doubleWord(100_000)], // address spaces and interrupts
  { label: "switch" },
  [0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8], // mov rax, cr3; mov cr3, rax
  [0xcd, 0x20, 0xff, 0xc9], // int 0x20; dec ecx
  { jump: jump.ifNotZero, to: "switch" },

  [0xb9, ...doubleWord(2000)], // ports
  { label: "port" },
  [0xe6, 0x80, 0xff, 0xc9], // out 0x80, al
  { jump: jump.ifNotZero, to: "port" },

  [0xb0, doneByte, 0xe6, debugExitPort],
  { label: "end" },
  [0xf4], // hlt
  { jump: jump.always, to: "end" },
  { label: "handler" },
  [0x48, 0xcf], // iretq
];

const tables: readonly Code[] = [
  { label: "gdt" },
  [0, 0, 0, 0, 0, 0, 0, 0],
  [0xff, 0xff, 0, 0, 0, 0x9a, 0xaf, 0], // 64-bit code
  [0xff, 0xff, 0, 0, 0, 0x92, 0xcf, 0], // data
  { label: "gdt pointer" },
  [...word(23)],
  { address: "gdt", bytes: 4 },
  { label: "idt pointer" },
  [...word(0x20f), ...doubleWord(idt), ...doubleWord(0)],
];
