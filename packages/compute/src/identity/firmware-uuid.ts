import { sha1 } from "@peapod/api";
import { encodeUtf8 } from "../encoding/utf8.ts";

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
  const digest = sha1(Uint8Array.from([...hexToBytes(namespace.replaceAll("-", "")), ...encodeUtf8(name)])).slice(
    0,
    16,
  );
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function hexToBytes(hex: string): number[] {
  return (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}
