/** A range of IPv4 addresses, as numbers. */
export interface Network {
  readonly base: number;
  /** How many addresses there are in it. */
  readonly size: number;
}

/** @param cidr `"10.96.0.0/12"` @throws {Error} when it is none */
export function parseNetwork(cidr: string): Network {
  const [address = "", prefix = ""] = cidr.split("/");
  const value = parseIpv4(address);
  const bits = Number(prefix);
  if (value === undefined || !/^\d+$/.test(prefix) || bits > 32) throw new Error(`Cannot read the network "${cidr}"`);
  const size = 2 ** (32 - bits);
  return { base: value - (value % size), size };
}

/** Undefined for what is no address in dotted form. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function formatIpv4(value: number): string {
  return [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(value / unit) % 256).join(".");
}

export function contains({ base, size }: Network, value: number): boolean {
  return value >= base && value < base + size;
}
