import { sha1 } from "./sha1.ts";

/** Upstream's namespace for guests whose manifest names no firmware UUID. */
const firmwareNamespace = "6a1a24a1-4061-4607-8bf4-a3963d0c5895";

/**
 * The firmware UUID of a guest that was given none: the same for every run of a VM of this name, as upstream derives it, so a
 * machine moved here keeps the identity that its licences and its cloud-init know.
 */
export function firmwareUuid(vmName: string): string {
  return uuidV5(firmwareNamespace, vmName);
}

/** @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-5 */
export function uuidV5(namespace: string, name: string): string {
  const digest = sha1(Uint8Array.from([...hexToBytes(namespace.replaceAll("-", "")), ...utf8(name)])).slice(0, 16);
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function hexToBytes(hex: string): number[] {
  return (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

/** `TextEncoder` is not part of the language, and renderers are checked without any platform. */
export function utf8(text: string): number[] {
  return [...text].flatMap((character) => encode(character.codePointAt(0) ?? 0));
}

function encode(point: number): number[] {
  const tail = (shift: number) => 0x80 | ((point >> shift) & 0x3f);
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), tail(0)];
  if (point < 0x10000) return [0xe0 | (point >> 12), tail(6), tail(0)];
  return [0xf0 | (point >> 18), tail(12), tail(6), tail(0)];
}
