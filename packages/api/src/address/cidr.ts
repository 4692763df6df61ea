import { addressBits, formatIp, type Ip, type IpFamily, parseIp } from "./ip.ts";

/** A subnet. `base` has no host bits. */
export interface Cidr {
  readonly family: IpFamily;
  readonly base: bigint;
  readonly prefixLength: number;
}

/** An address with the prefix length of its subnet, as interfaces have it: `10.244.0.5/24`. */
export interface IpWithPrefix {
  readonly ip: Ip;
  readonly prefixLength: number;
}

/**
 * @param text  `10.244.0.0/24`; host bits are cut off
 * @throws {RangeError} when it is no CIDR
 */
export function parseCidr(text: string): Cidr {
  const { ip, prefixLength } = parseIpWithPrefix(text);
  return cidrOf(ip, prefixLength);
}

/** @throws {RangeError} when there is no address or no prefix length of its family */
export function parseIpWithPrefix(text: string): IpWithPrefix {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const prefixLength = Number(match?.[2]);
  if (!match?.[1]) throw new RangeError(`Cannot read "${text}" as an address with a prefix length`);
  const ip = parseIp(match[1]);
  if (prefixLength > addressBits(ip.family)) {
    throw new RangeError(
      `Cannot read "${text}": the prefix length of IPv${ip.family} ends at ${addressBits(ip.family)}`,
    );
  }
  return { ip, prefixLength };
}

export function formatCidr(cidr: Cidr): string {
  return `${formatIp({ family: cidr.family, value: cidr.base })}/${cidr.prefixLength}`;
}

/** The subnet of that size which holds the address. */
export function cidrOf(ip: Ip, prefixLength: number): Cidr {
  const hostBits = BigInt(addressBits(ip.family) - prefixLength);
  return { family: ip.family, base: (ip.value >> hostBits) << hostBits, prefixLength };
}

export function lastOf(cidr: Cidr): bigint {
  return cidr.base + (1n << BigInt(addressBits(cidr.family) - cidr.prefixLength)) - 1n;
}

export function containsIp(cidr: Cidr, ip: Ip): boolean {
  return cidr.family === ip.family && ip.value >= cidr.base && ip.value <= lastOf(cidr);
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.family === b.family && a.base <= lastOf(b) && b.base <= lastOf(a);
}

/** `255.255.255.0`; IPv4 only. */
export function formatNetmask(prefixLength: number): string {
  const ones = prefixLength === 0 ? 0n : (0xffff_ffffn << BigInt(32 - prefixLength)) & 0xffff_ffffn;
  return formatIp({ family: 4, value: ones });
}
