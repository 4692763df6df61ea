import { Address4, Address6 } from "ip-address";

export type IpFamily = 4 | 6;

/** An address as a number, so that neighbours are one apart in both families. */
export interface Ip {
  readonly family: IpFamily;
  readonly value: bigint;
}

/**
 * @param text  `10.244.0.5`, `fd10:244::5`; no prefix length, no zone, no leading zeros in IPv4
 * @throws {RangeError} when it is no address
 */
export function parseIp(text: string): Ip {
  const ip = findIp(text);
  if (!ip) throw new RangeError(`Cannot read "${text}" as an IP address`);
  return ip;
}

/** As parseIp, but undefined where it is no address. */
export function findIp(text: string): Ip | undefined {
  if (text.includes("/") || text.includes("%")) return undefined;
  if (text.includes(":")) {
    return Address6.isValid(text) ? { family: 6, value: new Address6(text).bigInt() } : undefined;
  }
  return Address4.isValid(text) ? { family: 4, value: new Address4(text).bigInt() } : undefined;
}

/** The canonical form: `10.244.0.5`, `fd10:244::5`. */
export function formatIp(ip: Ip): string {
  if (ip.family === 6) return Address6.fromBigInt(ip.value).correctForm();
  const number = Number(ip.value);
  return `${(number >>> 24) & 255}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
}

export function isSameIp(a: Ip, b: Ip): boolean {
  return a.family === b.family && a.value === b.value;
}

/** 32 or 128 */
export function addressBits(family: IpFamily): number {
  return family === 4 ? 32 : 128;
}

/** Link-local addresses are no use to anybody but the link: 169.254.0.0/16 and fe80::/10. */
export function isLinkLocal(ip: Ip): boolean {
  return ip.family === 4 ? ip.value >> 16n === 0xa9fen : ip.value >> 118n === 0x3fan;
}

/** 127.0.0.0/8 and ::1 */
export function isLoopback(ip: Ip): boolean {
  return ip.family === 4 ? ip.value >> 24n === 0x7fn : ip.value === 1n;
}
