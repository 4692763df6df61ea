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
  #bytes: Buffer<ArrayBuffer> = Buffer.allocUnsafe(64);
  #length = 0;

  varint(number: number, value: bigint | number): void {
    this.#tag(number, 0);
    this.#varint(value);
  }

  bytes(number: number, value: Uint8Array): void {
    this.#tag(number, 2);
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  string(number: number, value: string): void {
    const size = Buffer.byteLength(value);
    this.#tag(number, 2);
    this.#varint(size);
    this.#reserve(size);
    this.#length += this.#bytes.write(value, this.#length);
  }

  double(number: number, value: number): void {
    this.#tag(number, 1);
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #tag(number: number, wireType: number): void {
    this.#varint(number * 8 + wireType);
  }

  #varint(value: bigint | number): void {
    this.#reserve(10);
    // Numbers of 31 bits, nearly all there are, need no BigInt.
    if (typeof value === "number" && value >= 0 && value < 0x8000_0000) {
      let rest = value;
      for (; rest >= 0x80; rest >>>= 7) this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      this.#bytes[this.#length++] = rest;
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#length++] = Number(rest);
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + size));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
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
