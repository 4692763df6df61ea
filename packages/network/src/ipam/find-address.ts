import { containsIp, type IpFamily, type IpRange, isInRanges, mergeRanges, parseIp } from "@peapod/api";
import type { AllocationView, PoolUse } from "./allocate.ts";
import { AddressUnavailableError, fail, NoPoolError, PoolExhaustedError, UnknownPoolError } from "./errors.ts";
import type { HeldNumbers } from "./runs.ts";
import { type AddressRequest, type AllocateRequest, type FamilyRange, type Nic, nicKey } from "./types.ts";

/** Where a new address is. */
export interface Found {
  readonly pool: string;
  readonly address: bigint;
}

/**
 * A new address for an interface: the one that it asks for, or the lowest free one of the first pool that has one.
 *
 * @param held  what is held, with what the same request takes and gives up already
 * @throws {PoolExhaustedError} {UnknownPoolError} {AddressUnavailableError} {NoPoolError}
 */
export function findAddress(
  nic: Nic,
  wanted: AddressRequest,
  held: HeldNumbers,
  { reserved = [], conflicting = [] }: Pick<AllocateRequest, "reserved" | "conflicting">,
  view: AllocationView,
): Found {
  if (wanted.pools.length === 0 && wanted.noPools !== undefined) throw new NoPoolError(wanted.noPools);
  const uses = wanted.pools.map((name) => view.pool(name) ?? fail(new UnknownPoolError(name)));
  const open = uses.filter(({ pool }) => !pool.definition.isDisabled && !pool.definition.isTerminating);
  if (wanted.exactly !== undefined) return exactly(nic, wanted.exactly, open, { held, reserved, view });
  const seen = rangesOf(conflicting, wanted.family);
  const avoid = mergeRanges([...rangesOf(reserved, wanted.family), ...seen]);
  for (const { pool } of open) {
    for (const range of pool.usable) {
      const address = lowestFree(range, held, avoid);
      if (address !== undefined) return { pool: pool.name, address };
    }
  }
  const fullness = uses.map(({ pool, used }) => {
    const onWire = seen.filter(({ first }) => isInRanges(pool.usable, first));
    // One that was just given up, because it was seen, is held until all is decided.
    const both = onWire.filter(({ first }) => view.at(wanted.family, first)?.pool === pool.name).length;
    return { name: pool.name, size: pool.size, used: used - both, onWire: onWire.length };
  });
  throw new PoolExhaustedError(nic.interface, wanted.family, fullness);
}

/** @param avoid  sorted and disjoint */
function lowestFree({ first, last }: IpRange, held: HeldNumbers, avoid: readonly IpRange[]): bigint | undefined {
  for (let address = first; address <= last; ) {
    const gap = held.firstGap(address);
    const hole = rangeAt(avoid, gap);
    if (!hole) return gap <= last ? gap : undefined;
    address = hole.last + 1n;
  }
  return undefined;
}

/** The range that has `value`, found by halving. */
function rangeAt(ranges: readonly IpRange[], value: bigint): IpRange | undefined {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (!range) return undefined;
    if (value < range.first) high = middle - 1;
    else if (value > range.last) low = middle + 1;
    else return range;
  }
  return undefined;
}

function exactly(
  nic: Nic,
  text: string,
  uses: readonly PoolUse[],
  {
    held,
    reserved,
    view,
  }: { readonly held: HeldNumbers; readonly reserved: readonly FamilyRange[]; readonly view: AllocationView },
): Found {
  const { family, value } = parseIp(text);
  const refuse = (because: string): never => fail(new AddressUnavailableError(nicKey(nic), text, because));
  const inside = uses.filter(({ pool }) => containsIp(pool.subnet, { family, value }));
  if (inside.length === 0) {
    const subnets = uses.map(({ pool }) => `pool "${pool.name}" is ${pool.definition.subnet}`).join(", ");
    return refuse(subnets === "" ? "none of its pools hands out addresses" : subnets);
  }
  const giving = inside.find(({ pool }) => isInRanges(pool.usable, value));
  if (!giving) return refuse(`pool "${inside[0]?.pool.name}" does not hand it out`);
  if (isInRanges(rangesOf(reserved, family), value)) return refuse("a SpiderReservedIP reserves it");
  if (held.has(value)) {
    const holder = view.at(family, value);
    return refuse(holder ? `"${nicKey(holder.owner)}" holds it` : "another of its interfaces asks for it");
  }
  return { pool: giving.pool.name, address: value };
}

export function rangesOf(ranges: readonly FamilyRange[], family: IpFamily): readonly IpRange[] {
  return ranges.filter((range) => range.family === family);
}
