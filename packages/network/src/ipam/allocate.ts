import { containsIp, type IpFamily, type IpRange, isInRanges, mergeRanges, parseIp } from "@peapod/api";
import { AddressUnavailableError, NoPoolError, PoolExhaustedError, UnknownPoolError } from "./errors.ts";
import type { IpPool } from "./pool.ts";
import { addNumber, firstGap, hasNumber, type Runs, removeNumber } from "./runs.ts";
import {
  type AddressRequest,
  type AllocateRequest,
  type Allocation,
  type FamilyRange,
  type Holder,
  type Move,
  type Nic,
  nicKey,
  type Owner,
} from "./types.ts";

export interface PoolUse {
  readonly pool: IpPool;
  /** How many of its addresses are held. */
  readonly used: number;
}

/** What the allocator may look at. Every question is answered in O(log n) or better. */
export interface AllocationView {
  readonly pool: (name: string) => PoolUse | undefined;
  /** All addresses that anybody holds, of any pool. */
  readonly held: (family: IpFamily) => Runs;
  readonly heldBy: (owner: Owner) => readonly Allocation[];
  readonly at: (family: IpFamily, address: bigint) => Allocation | undefined;
  /** By interface. */
  readonly macsOf: (owner: Owner) => ReadonlyMap<string, string>;
}

/** One change to what is held; a new allocation replaces what was at that address. */
export type AllocationChange =
  | { readonly do: "put"; readonly allocation: Allocation }
  | { readonly do: "remove"; readonly allocation: Allocation }
  | { readonly do: "putMac"; readonly nic: Nic; readonly mac: string }
  | { readonly do: "removeMac"; readonly nic: Nic };

export interface Decision {
  /** In the order of the request's interfaces and their addresses. */
  readonly allocations: readonly (Allocation & { readonly isNew: boolean })[];
  /** What has to be written; nothing where nothing changes. */
  readonly changes: readonly AllocationChange[];
  readonly moves: readonly Move[];
}

/**
 * Picks the addresses of some interfaces of one owner: those it holds already, so that repeating the call is safe and a VM keeps its
 * addresses from pod to pod, or else the lowest free one of the first pool that has one. All of them, or it throws.
 *
 * @param now  RFC 3339, recorded with a new allocation
 * @throws {PoolExhaustedError} {UnknownPoolError} {AddressUnavailableError}
 */
export function allocateAddresses(request: AllocateRequest, view: AllocationView, now: string): Decision {
  const { owner, holder } = request;
  const allocations: (Allocation & { readonly isNew: boolean })[] = [];
  const changes: AllocationChange[] = [];
  const moves: Move[] = [];
  const held: Record<IpFamily, Runs> = { 4: view.held(4), 6: view.held(6) };
  for (const wanted of request.nics) {
    const nic: Nic = { ...owner, interface: wanted.interface };
    for (const address of wanted.addresses) {
      const { family } = address;
      const mine = view.heldBy(owner).find((one) => one.owner.interface === wanted.interface && one.family === family);
      const because = mine && whyMoved(mine, address, request, view);
      if (mine && because === undefined) {
        const kept = isSameHolder(mine.holder, holder) ? mine : { ...mine, holder };
        if (kept !== mine) changes.push({ do: "put", allocation: kept });
        allocations.push({ ...kept, isNew: false });
        continue;
      }
      const found = findAddress(nic, address, held[family], request, view);
      const allocation = { ...found, family, owner: nic, holder, allocatedAt: now };
      if (mine) {
        changes.push({ do: "remove", allocation: mine });
        held[family] = removeNumber(held[family], mine.address);
        moves.push({ from: mine, to: allocation, because: because ?? "" });
      }
      changes.push({ do: "put", allocation });
      held[family] = addNumber(held[family], found.address);
      allocations.push({ ...allocation, isNew: true });
    }
  }
  return { allocations, changes, moves };
}

/** Why an address that is held cannot stay; undefined: it can. */
function whyMoved(
  mine: Allocation,
  wanted: AddressRequest,
  { conflicting = [] }: AllocateRequest,
  view: AllocationView,
): string | undefined {
  const pool = view.pool(mine.pool)?.pool;
  if (wanted.exactly !== undefined && parseIp(wanted.exactly).value !== mine.address) {
    return `it asks for ${wanted.exactly}`;
  }
  if (!pool) return `pool "${mine.pool}" is gone`;
  if (!isInRanges(pool.usable, mine.address)) return `pool "${mine.pool}" does not have it any more`;
  if (wanted.keepOnlyIn && !wanted.keepOnlyIn.includes(mine.pool)) {
    return `it asks for an address of ${wanted.keepOnlyIn.map((name) => `"${name}"`).join(" or ")}`;
  }
  return isInRanges(rangesOf(conflicting, mine.family), mine.address) ? "somebody else on the wire uses it" : undefined;
}

function findAddress(
  nic: Nic,
  wanted: AddressRequest,
  held: Runs,
  { reserved = [], conflicting = [] }: AllocateRequest,
  view: AllocationView,
): { readonly pool: string; readonly address: bigint } {
  if (wanted.pools.length === 0 && wanted.noPools !== undefined) throw new NoPoolError(wanted.noPools);
  const uses = wanted.pools.map((name) => view.pool(name) ?? fail(new UnknownPoolError(name)));
  const open = uses.filter(({ pool }) => !pool.definition.isDisabled && !pool.definition.isTerminating);
  if (wanted.exactly !== undefined) return exactly(nic, wanted.exactly, open, { held, reserved, view });
  const avoid = mergeRanges(rangesOf([...reserved, ...conflicting], wanted.family));
  for (const { pool } of open) {
    for (const range of pool.usable) {
      const address = lowestFree(range, held, avoid);
      if (address !== undefined) return { pool: pool.name, address };
    }
  }
  const fullness = uses.map(({ pool, used }) => ({ name: pool.name, size: pool.size, used }));
  throw new PoolExhaustedError(nic.interface, wanted.family, fullness);
}

/** @param avoid  sorted and disjoint */
function lowestFree({ first, last }: IpRange, held: Runs, avoid: readonly IpRange[]): bigint | undefined {
  for (let address = first; address <= last; ) {
    const gap = firstGap(held, address);
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
  }: { readonly held: Runs; readonly reserved: readonly FamilyRange[]; readonly view: AllocationView },
): { readonly pool: string; readonly address: bigint } {
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
  const holder = view.at(family, value);
  if (holder && nicKey(holder.owner) !== nicKey(nic)) return refuse(`"${nicKey(holder.owner)}" holds it`);
  if (!holder && hasNumber(held, value)) return refuse("another of its interfaces asks for it");
  return { pool: giving.pool.name, address: value };
}

function rangesOf(ranges: readonly FamilyRange[], family: IpFamily): readonly IpRange[] {
  return ranges.filter((range) => range.family === family);
}

function isSameHolder(a: Holder, b: Holder): boolean {
  return a.podUid === b.podUid && a.podName === b.podName && a.node === b.node;
}

function fail(error: Error): never {
  throw error;
}

/** All of an owner, or one interface of it, or one of its families. */
export interface Releasing extends Owner {
  readonly interface?: string | undefined;
  readonly family?: IpFamily | undefined;
}

/**
 * What an owner gives back, or one interface of it; its MACs go with the addresses.
 *
 * @param podUid  only what that pod holds
 */
export function releaseOf(
  owner: Releasing,
  podUid: string | undefined,
  view: AllocationView,
): { readonly released: readonly Allocation[]; readonly changes: readonly AllocationChange[] } {
  const isMeant = (name: string): boolean => owner.interface === undefined || owner.interface === name;
  const held = view.heldBy(owner).filter(({ owner: nic }) => isMeant(nic.interface));
  const released = held.filter(
    ({ holder, family }) =>
      (podUid === undefined || holder.podUid === podUid) && (owner.family === undefined || owner.family === family),
  );
  const kept = new Set(held.filter((one) => !released.includes(one)).map(({ owner: nic }) => nic.interface));
  const macs = [...view.macsOf(owner).keys()].filter((name) => isMeant(name) && !kept.has(name));
  return {
    released,
    changes: [
      ...released.map((allocation): AllocationChange => ({ do: "remove", allocation })),
      ...macs.map((name): AllocationChange => ({ do: "removeMac", nic: { ...owner, interface: name } })),
    ],
  };
}
