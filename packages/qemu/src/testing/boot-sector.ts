import { assemble, jump, word } from "../acceleration/assembler.ts";

/**
 * The smallest guest with a life: a raw disk image with nothing but a boot sector. It greets on the serial line, echoes what it is sent, and
 * powers itself off at the power button or on `q`, panics on `p` (through an ISA pvpanic device), resets on `r`. It sleeps
 * between, and is up a quarter of a second after QEMU.
 *
 * @param greeting  ASCII, at most 300 characters
 */
export function bootSector(greeting = "hello\r\n"): Buffer {
  // SeaBIOS reads by cylinders: a disk smaller than one (half a MiB) cannot be read at all.
  const disk = Buffer.alloc(1024 * 1024);
  assemble(0x7c00, [
    [0x31, 0xc0], // xor ax, ax
    [0x8e, 0xd8], // mov ds, ax
    [0xfc, 0xfb], // cld; sti
    // The power button raises its status bit only where it is enabled.
    [0xba, ...word(0x602), 0xb8, ...word(0x100), 0xef], // out 0x602, 0x0100
    [0xbe],
    { address: "greeting", bytes: 2 }, // mov si, greeting
    { label: "print" },
    [0xac, 0x84, 0xc0], // lodsb; test al, al
    { jump: jump.ifZero, to: "main" },
    [0xba, ...word(0x3f8), 0xee], // out 0x3f8, al
    { jump: jump.always, to: "print" },

    { label: "idle" },
    [0xf4], // hlt, until the timer's next tick
    { label: "main" },
    [0xba, ...word(0x600), 0xed], // in ax, 0x600
    [0xf6, 0xc4, 0x01], // test ah, 1
    { jump: jump.ifNotZero, to: "off" },
    [0xba, ...word(0x3fd), 0xec], // in al, 0x3fd
    [0xa8, 0x01], // test al, 1
    { jump: jump.ifZero, to: "idle" },
    [0xba, ...word(0x3f8), 0xec, 0xee], // in al, 0x3f8; out 0x3f8, al
    [0x3c, "q".charCodeAt(0)],
    { jump: jump.ifZero, to: "off" },
    [0x3c, "p".charCodeAt(0)],
    { jump: jump.ifZero, to: "panic" },
    [0x3c, "r".charCodeAt(0)],
    { jump: jump.ifNotZero, to: "main" },
    [0xba, ...word(0xcf9), 0xb0, 0x06, 0xee], // out 0xcf9, 6
    { jump: jump.always, to: "idle" },

    { label: "panic" },
    [0xba, ...word(0x505), 0xb0, 0x01, 0xee], // out 0x505, 1
    { jump: jump.always, to: "idle" },

    { label: "off" },
    [0xba, ...word(0x604), 0xb8, ...word(0x2000), 0xef], // out 0x604, SLP_EN
    { jump: jump.always, to: "idle" },

    { label: "greeting" },
    [...Buffer.from(greeting, "latin1"), 0],
  ]).copy(disk);
  disk.writeUInt16LE(0xaa55, 510);
  return disk;
}
