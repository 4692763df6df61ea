import { formatIp, isIpv4, parseCidr, parseIp } from "@peapod/api";

/** A range of IPv4 addresses, as numbers: a hundred thousand of them are looked at in a moment. */
export interface Network {
  readonly base: number;
  /** How many addresses there are in it. */
  readonly size: number;
}

/** @param cidr `"10.96.0.0/12"` @throws {RangeError} when it is none, or of another family */
export function parseNetwork(cidr: string): Network {
  const { base, family, prefixLength } = parseCidr(cidr);
  if (family !== 4) throw new RangeError(`Cannot give services addresses of "${cidr}": they are IPv4`);
  return { base: Number(base), size: 2 ** (32 - prefixLength) };
}

/** Undefined for what is no address in dotted form. */
export function parseIpv4(text: string): number | undefined {
  return isIpv4(text) ? Number(parseIp(text).value) : undefined;
}

export function formatIpv4(value: number): string {
  return formatIp({ family: 4, value: BigInt(value) });
}

export function contains({ base, size }: Network, value: number): boolean {
  return value >= base && value < base + size;
}
