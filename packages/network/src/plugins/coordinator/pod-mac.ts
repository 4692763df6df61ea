import { parseIp } from "@peapod/api";

/** A MAC that says the address: `0a:1b` and 10.66.168.102 make `0a:1b:0a:42:a8:66`; of IPv6 the last four bytes. */
export function podMac(prefix: string | undefined, addresses: readonly string[]): string | undefined {
  const address = addresses.find((own) => !own.includes(":")) ?? addresses[0];
  if (prefix === undefined || address === undefined) return undefined;
  const tail = (parseIp(address).value & 0xffff_ffffn).toString(16).padStart(8, "0");
  return [prefix, ...(tail.match(/../g) ?? [])].join(":").toLowerCase();
}
