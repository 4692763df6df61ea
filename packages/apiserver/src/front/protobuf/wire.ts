/**
 * Protocol-buffer wire format: tags, varints and lengths, nothing of Kubernetes. Hostile input ends in a `WireError`, never in a
 * loop or an allocation larger than the input.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */

export class WireError extends Error {
  override readonly name = "WireError";
}

/** One field as it stands in a message. `value` is a BigInt for varints and fixed-width numbers, bytes for everything with a length. */
export interface WireField {
  readonly number: number;
  readonly value: bigint | Uint8Array;
}

/** The fields of one message in their order; repeated fields come once per element. */
export function* readFields(bytes: Uint8Array): Generator<WireField> {
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    at = tag.end;
    const number = Number(tag.value >> 3n);
    if (number < 1 || number > 0x1fff_ffff) throw new WireError(`field number ${number} is out of range`);
    const wireType = Number(tag.value & 7n);
    if (wireType === 0) {
      const varint = readVarint(bytes, at);
      at = varint.end;
      yield { number, value: varint.value };
    } else if (wireType === 1 || wireType === 5) {
      const width = wireType === 1 ? 8 : 4;
      if (at + width > bytes.length) throw new WireError("unexpected EOF");
      yield { number, value: readLittleEndian(bytes, at, width) };
      at += width;
    } else if (wireType === 2) {
      const length = readVarint(bytes, at);
      at = length.end;
      const end = at + Number(length.value);
      if (end > bytes.length) throw new WireError("unexpected EOF");
      yield { number, value: bytes.subarray(at, end) };
      at = end;
    } else {
      throw new WireError(`wire type ${wireType} is not supported`);
    }
  }
}

/** Values of a packed repeated field, or of one varint. */
export function readVarints(value: bigint | Uint8Array): readonly bigint[] {
  if (typeof value === "bigint") return [value];
  const values: bigint[] = [];
  let at = 0;
  while (at < value.length) {
    const varint = readVarint(value, at);
    values.push(varint.value);
    at = varint.end;
  }
  return values;
}

/** Collects one message. Fields may be written in any order; readers take them in any order too. */
export class WireWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  varint(number: number, value: bigint | number): void {
    this.#push(encodeVarint(BigInt(number) << 3n));
    this.#push(encodeVarint(BigInt.asUintN(64, BigInt(value))));
  }

  bytes(number: number, value: Uint8Array): void {
    this.#push(encodeVarint((BigInt(number) << 3n) | 2n));
    this.#push(encodeVarint(BigInt(value.length)));
    this.#push(value);
  }

  string(number: number, value: string): void {
    this.bytes(number, new TextEncoder().encode(value));
  }

  double(number: number, value: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    this.#push(encodeVarint((BigInt(number) << 3n) | 1n));
    this.#push(bytes);
  }

  finish(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  #push(part: Uint8Array): void {
    this.#parts.push(part);
    this.#length += part.length;
  }
}

/** Reinterprets the 64 bits of a `fixed64` as an IEEE double. */
export function doubleOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

function readVarint(bytes: Uint8Array, start: number): { readonly value: bigint; readonly end: number } {
  let small = 0;
  let at = start;
  // Four bytes hold 28 bits: no BigInt is needed for tags, lengths and most numbers.
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined) throw new WireError("unexpected EOF");
    small |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value: BigInt(small), end: at };
  }
  let value = BigInt(small);
  for (let shift = 28n; shift < 70n; shift += 7n) {
    const byte = bytes[at++];
    if (byte === undefined) throw new WireError("unexpected EOF");
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: at };
  }
  throw new WireError("varint is longer than ten bytes");
}

function readLittleEndian(bytes: Uint8Array, at: number, width: number): bigint {
  let value = 0n;
  for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i] ?? 0);
  return value;
}

function encodeVarint(value: bigint): Uint8Array {
  const out: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Uint8Array.from(out);
}
