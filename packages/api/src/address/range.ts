import { type Cidr, lastOf } from "./cidr.ts";
import { addressBits, type IpFamily } from "./ip.ts";

/** Addresses from `first` to `last`, both included. */
export interface IpRange {
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * What is left of `ranges` without `holes`, in the order of `ranges`: that order is the order in which addresses are handed out.
 *
 * @param holes  in any order, may overlap
 */
export function subtractRanges(ranges: readonly IpRange[], holes: readonly IpRange[]): readonly IpRange[] {
  const sorted = mergeRanges(holes);
  return ranges.flatMap((range) => {
    const left: IpRange[] = [];
    let first = range.first;
    for (const hole of sorted) {
      if (hole.last < first) continue;
      if (hole.first > range.last) break;
      if (hole.first > first) left.push({ first, last: hole.first - 1n });
      first = hole.last + 1n;
    }
    if (first <= range.last) left.push({ first, last: range.last });
    return left;
  });
}

/** Sorted, disjoint and not touching. */
export function mergeRanges(ranges: readonly IpRange[]): readonly IpRange[] {
  const merged: IpRange[] = [];
  for (const range of ranges.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))) {
    const before = merged.at(-1);
    if (before && range.first <= before.last + 1n) {
      if (range.last > before.last) merged[merged.length - 1] = { first: before.first, last: range.last };
    } else merged.push(range);
  }
  return merged;
}

/** What is in both, sorted. */
export function intersectRanges(a: readonly IpRange[], b: readonly IpRange[]): readonly IpRange[] {
  const [mine, theirs] = [mergeRanges(a), mergeRanges(b)];
  const shared: IpRange[] = [];
  for (let i = 0, j = 0; ; ) {
    const [x, y] = [mine[i], theirs[j]];
    if (!x || !y) return shared;
    const first = x.first > y.first ? x.first : y.first;
    const last = x.last < y.last ? x.last : y.last;
    if (first <= last) shared.push({ first, last });
    if (x.last < y.last) i += 1;
    else j += 1;
  }
}

/** How many addresses there are. */
export function countAddresses(ranges: readonly IpRange[]): bigint {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
}

export function rangeOf(cidr: Cidr): IpRange {
  return { first: cidr.base, last: lastOf(cidr) };
}

/**
 * The addresses of a subnet that hosts may have: without the first and the last one, which name the network and everybody (IPv4)
 * or any router (IPv6); where the subnet has one or two addresses, all of them.
 */
export function hostRange(cidr: Cidr): IpRange {
  const { first, last } = rangeOf(cidr);
  if (addressBits(cidr.family) - cidr.prefixLength <= 1) return { first, last };
  return { first: first + 1n, last: last - 1n };
}

export function isInRanges(ranges: readonly IpRange[], value: bigint): boolean {
  return ranges.some(({ first, last }) => value >= first && value <= last);
}

export function checkRange(range: IpRange, family: IpFamily): void {
  if (range.first > range.last || range.first < 0n || range.last >= 1n << BigInt(addressBits(family))) {
    throw new RangeError(
      `Cannot use a range whose end (${range.last}) is not an address at or after its start (${range.first})`,
    );
  }
}
