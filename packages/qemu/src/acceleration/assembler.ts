/** A piece of machine code: bytes, a place to jump to, or a jump of one byte's reach (`opcode` then the distance). */
export type Code =
  | readonly number[]
  | { readonly label: string }
  | { readonly jump: number; readonly to: string }
  /** A 16- or 32-bit address of a label, little-endian. */
  | { readonly address: string; readonly bytes: 2 | 4 };

/** Puts machine code together that runs at `origin`, resolving labels. @throws {RangeError} for a jump that reaches too far */
export function assemble(origin: number, code: readonly Code[]): Buffer {
  const labels = new Map<string, number>();
  let at = 0;
  for (const part of code) {
    if ("label" in part) labels.set(part.label, at);
    at += sizeOf(part);
  }
  const find = (label: string): number => {
    const offset = labels.get(label);
    if (offset === undefined) throw new RangeError(`No such label: ${label}`);
    return offset;
  };
  const bytes: number[] = [];
  for (const part of code) {
    if ("jump" in part) {
      const distance = find(part.to) - (bytes.length + 2);
      if (distance < -128 || distance > 127)
        throw new RangeError(`The jump to ${part.to} reaches too far: ${distance}`);
      bytes.push(part.jump, distance & 0xff);
    } else if ("address" in part) {
      const address = origin + find(part.address);
      for (let index = 0; index < part.bytes; index += 1) bytes.push((address >>> (8 * index)) & 0xff);
    } else if (!("label" in part)) {
      bytes.push(...part);
    }
  }
  return Buffer.from(bytes);
}

function sizeOf(part: Code): number {
  if ("label" in part) return 0;
  if ("jump" in part) return 2;
  if ("address" in part) return part.bytes;
  return part.length;
}

/** Conditional and unconditional short jumps by their opcodes. */
export const jump = { always: 0xeb, ifZero: 0x74, ifNotZero: 0x75, loop: 0xe2 } as const;

export function word(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff];
}

export function doubleWord(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, (value >>> 24) & 0xff];
}
