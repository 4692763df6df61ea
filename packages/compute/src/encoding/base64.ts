const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const values = new Map([...alphabet].map((character, value) => [character, value]));

/**
 * The bytes of standard base64 text; line breaks and blanks in it are skipped, as people paste them.
 *
 * @returns undefined for text that is no base64
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const body = text.replace(/\s/g, "");
  const digits = body.replace(/={1,2}$/, "");
  if (body.length % 4 !== 0 || digits.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let [held, bits, written] = [0, 0, 0];
  for (const character of digits) {
    const value = values.get(character);
    if (value === undefined) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[written++] = (held >> bits) & 0xff;
  }
  return bytes;
}
