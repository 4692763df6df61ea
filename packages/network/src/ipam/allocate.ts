import { containsIp, formatIp, isInRanges, parseIp } from "@peapod/api";
import { AddressUnavailableError, PoolExhaustedError, UnknownPoolError } from "./errors.ts";
import type { IpPool } from "./pool.ts";
import { firstGap, type Runs } from "./runs.ts";
import { type AllocateRequest, type Allocation, type Holder, ownerKey } from "./types.ts";

/** What the allocator may look at. Every question is answered in O(log n) or better. */
export interface AllocationView {
  readonly pool: (name: string) => { readonly pool: IpPool; readonly held: Runs } | undefined;
  /** All that an owner holds, in any pool. */
  readonly heldBy: (ownerKey: string) => readonly Allocation[];
  readonly at: (pool: string, address: bigint) => Allocation | undefined;
}

/** One change to the allocations; a new allocation replaces what the pool had at that address. */
export type AllocationChange =
  | { readonly do: "put"; readonly allocation: Allocation }
  | { readonly do: "remove"; readonly allocation: Allocation };

/**
 * Picks the addresses of one pod interface: those its owner already holds, so that repeating the call is safe and a VM keeps its
 * address from pod to pod, or else the lowest free one of the first candidate pool that has one.
 *
 * @param now  RFC 3339, recorded with a new allocation
 * @returns the allocations in the order of `request.candidates`, and what has to be written; nothing where nothing changes
 * @throws {PoolExhaustedError} {UnknownPoolError} {AddressUnavailableError}
 */
export function allocateAddresses(
  request: AllocateRequest,
  view: AllocationView,
  now: string,
): { readonly allocations: readonly Allocation[]; readonly changes: readonly AllocationChange[] } {
  const owner = ownerKey(request.owner);
  const held = view.heldBy(owner).filter(({ pool }) => view.pool(pool));
  const allocations: Allocation[] = [];
  const changes: AllocationChange[] = [];
  for (const names of request.candidates) {
    const pools = names.map((name) => view.pool(name) ?? fail(new UnknownPoolError(owner, name)));
    const family = pools[0]?.pool.subnet.family ?? 4;
    const mine = held.find((allocation) => allocation.family === family);
    const wanted = request.address === undefined ? undefined : parseIp(request.address);
    if (mine && (wanted?.family !== family || wanted.value === mine.address)) {
      const kept = isSameHolder(mine.holder, request.holder) ? mine : { ...mine, holder: request.holder };
      if (kept !== mine) changes.push({ do: "put", allocation: kept });
      allocations.push(kept);
      continue;
    }
    const found =
      wanted?.family === family ? exactly(owner, wanted.value, pools, view) : lowestFree(pools.map(forSearch));
    if (!found)
      throw new PoolExhaustedError(
        owner,
        pools.map(({ pool }) => pool),
      );
    const { pool, address } = found;
    const allocation = { pool, family, address, owner: request.owner, holder: request.holder, allocatedAt: now };
    if (mine) changes.push({ do: "remove", allocation: mine });
    changes.push({ do: "put", allocation });
    allocations.push(allocation);
  }
  return { allocations, changes };
}

function forSearch({ pool, held }: { readonly pool: IpPool; readonly held: Runs }): Searched {
  return { name: pool.name, usable: pool.usable, held };
}

interface Searched {
  readonly name: string;
  readonly usable: IpPool["usable"];
  readonly held: Runs;
}

/** The first address, in the order of pools and of their ranges, that nobody holds. */
function lowestFree(pools: readonly Searched[]): { readonly pool: string; readonly address: bigint } | undefined {
  for (const { name, usable, held } of pools) {
    for (const { first, last } of usable) {
      const address = firstGap(held, first);
      if (address <= last) return { pool: name, address };
    }
  }
  return undefined;
}

function exactly(
  owner: string,
  value: bigint,
  pools: readonly { readonly pool: IpPool }[],
  view: AllocationView,
): { readonly pool: string; readonly address: bigint } {
  const family = pools[0]?.pool.subnet.family ?? 4;
  const text = formatIp({ family, value });
  const inside = pools.find(({ pool }) => containsIp(pool.subnet, { family, value }))?.pool;
  if (!inside) {
    const subnets = pools.map(({ pool }) => `pool "${pool.name}" is ${pool.definition.subnet}`).join(", ");
    throw new AddressUnavailableError(owner, text, subnets);
  }
  if (!isInRanges(inside.usable, value)) {
    throw new AddressUnavailableError(owner, text, `pool "${inside.name}" does not hand it out`);
  }
  const holder = view.at(inside.name, value);
  if (holder && ownerKey(holder.owner) !== owner) {
    throw new AddressUnavailableError(owner, text, `"${ownerKey(holder.owner)}" holds it`);
  }
  return { pool: inside.name, address: value };
}

function isSameHolder(a: Holder, b: Holder): boolean {
  return a.podUid === b.podUid && a.podName === b.podName && a.node === b.node;
}

function fail(error: Error): never {
  throw error;
}
