import { formatIp, parseIp } from "@peapod/api";

/** The lower half of an address made of a MAC (modified EUI-64, RFC 4291 appendix A). */
export function interfaceId(mac: string): bigint {
  const bytes = mac.split(":").map((byte) => Number.parseInt(byte, 16));
  const [first = 0, ...rest] = bytes;
  const parts = [first ^ 0x02, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  return parts.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** `fe80::…/64`: the address that the kernel makes of a MAC for a link of that MAC. */
export function linkLocalOf(mac: string): string {
  const { value } = parseIp("fe80::");
  return `${formatIp({ family: 6, value: value + interfaceId(mac) })}/64`;
}
