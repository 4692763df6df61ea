import {
  type Cidr,
  checkRange,
  containsIp,
  countAddresses,
  findIp,
  formatIp,
  hostRange,
  type IpRange,
  mergeRanges,
  parseCidr,
  parseIp,
  rangeOf,
  subtractRanges,
} from "@peapod/api";
import type { HandedOut, PoolDefinition } from "./types.ts";

/** A pool made ready for allocation. */
export interface IpPool {
  readonly name: string;
  readonly subnet: Cidr;
  readonly gateway: bigint | undefined;
  /** What may be handed out, in the order in which it is: exclusions and the gateway are cut out already. */
  readonly usable: readonly IpRange[];
  readonly size: bigint;
  /** What an interface is told with an address of it, where its pod wants nothing else; one object for all of them. */
  readonly handedOut: HandedOut;
  readonly definition: PoolDefinition;
}

/** @throws {RangeError} when a text cannot be read, or lies outside the subnet */
export function parsePool(definition: PoolDefinition): IpPool {
  const subnet = parseCidr(definition.subnet);
  const inside = (text: string): IpRange => {
    const range = parseRange(text, subnet);
    if (range.first < subnet.base || range.last > rangeOf(subnet).last) {
      throw new RangeError(`Cannot use ${text} in pool "${definition.name}": its subnet is ${definition.subnet}`);
    }
    return range;
  };
  const gateway = definition.gateway === undefined ? undefined : parseIp(definition.gateway);
  if (gateway && !containsIp(subnet, gateway)) {
    throw new RangeError(
      `Cannot use gateway ${definition.gateway} in pool "${definition.name}": its subnet is ${definition.subnet}`,
    );
  }
  const ranges = definition.ips?.map(inside) ?? [hostRange(subnet)];
  const holes = (definition.excludeIps ?? []).map(inside);
  if (gateway) holes.push({ first: gateway.value, last: gateway.value });
  const usable = subtractRanges(withoutRepeats(ranges), holes);
  const handedOut: HandedOut = {
    ...(gateway && { gateway: formatIp(gateway) }),
    cleanGateway: false,
    routes: (definition.routes ?? []).filter((route) => findIp(route.gateway)?.family === subnet.family),
  };
  const size = countAddresses(usable);
  return { name: definition.name, subnet, gateway: gateway?.value, usable, size, handedOut, definition };
}

/** `a-b`, `a` or `a/n` */
function parseRange(text: string, subnet: Cidr): IpRange {
  if (text.includes("/")) return rangeOf(parseCidr(text));
  const [start = "", end = start] = text.split("-");
  const first = parseIp(start.trim());
  const last = parseIp(end.trim());
  if (first.family !== subnet.family || last.family !== subnet.family) {
    throw new RangeError(`Cannot use ${text} beside an IPv${subnet.family} subnet`);
  }
  const range = { first: first.value, last: last.value };
  checkRange(range, subnet.family);
  return range;
}

/** Keeps the order; what an earlier range has is cut out of a later one, so that every address is counted once. */
function withoutRepeats(ranges: readonly IpRange[]): readonly IpRange[] {
  return ranges.flatMap((range, index) => subtractRanges([range], mergeRanges(ranges.slice(0, index))));
}
