/** `TextEncoder` is not part of the language, and renderers are checked without any platform. */
export function encodeUtf8(text: string): number[] {
  return [...text].flatMap((character) => encode(character.codePointAt(0) ?? 0));
}

/** Bytes that are no UTF-8 become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = "";
  for (let index = 0; index < bytes.length; ) {
    const first = bytes[index] ?? 0;
    const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
    const tail = Array.from(bytes.subarray(index + 1, index + length));
    if (length === 0 || tail.length !== length - 1 || tail.some((byte) => (byte & 0xc0) !== 0x80)) {
      text += "\ufffd";
      index += 1;
      continue;
    }
    const head = length === 1 ? first : first & (0xff >> (length + 1));
    const point = tail.reduce((sum, byte) => (sum << 6) | (byte & 0x3f), head);
    text += point > 0x10ffff ? "\ufffd" : String.fromCodePoint(point);
    index += length;
  }
  return text;
}

function encode(point: number): number[] {
  const tail = (shift: number) => 0x80 | ((point >> shift) & 0x3f);
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), tail(0)];
  if (point < 0x10000) return [0xe0 | (point >> 12), tail(6), tail(0)];
  return [0xf0 | (point >> 18), tail(12), tail(6), tail(0)];
}
