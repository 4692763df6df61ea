import { type IpFamily, isInRanges, parseIp } from "@peapod/api";
import { fail } from "./errors.ts";
import { findAddress, rangesOf } from "./find-address.ts";
import { type HeldAddress, handedOutWith, isSameHandedOut } from "./handed-out.ts";
import type { IpPool } from "./pool.ts";
import { HeldDraft, type HeldNumbers } from "./runs.ts";
import type {
  AddressRequest,
  AllocateRequest,
  Allocation,
  FamilyRange,
  Holder,
  Move,
  Nic,
  NicRequest,
  Owner,
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
  readonly held: (family: IpFamily) => HeldNumbers;
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
  readonly allocations: readonly Allocated[];
  /** What has to be written; nothing where nothing changes. */
  readonly changes: readonly AllocationChange[];
  readonly moves: readonly Move[];
}

export interface Allocated {
  readonly allocation: Allocation;
  /** Its interface was not told of it before. */
  readonly isNew: boolean;
}

/** One address, decided. */
interface Decided {
  readonly nic: NicRequest;
  readonly picked: Allocation;
  /** The record that it replaces. */
  readonly before: Allocation | undefined;
  readonly isNew: boolean;
  readonly givenUp: readonly Allocation[];
  /** The address that it comes in place of. */
  readonly because: { readonly from: Allocation; readonly why: string } | undefined;
}

/**
 * Picks the addresses of some interfaces of one owner: those it holds already, so that repeating the call is safe and a VM keeps its
 * addresses from pod to pod, or else the lowest free one of the first pool that has one. All of them, or it throws.
 *
 * Where new ones are on trial, one that moves keeps its old address beside the new one until that is proven.
 *
 * @param now  RFC 3339, recorded with a new allocation
 * @throws {PoolExhaustedError} {UnknownPoolError} {AddressUnavailableError} {NoPoolError}
 */
export function allocateAddresses(request: AllocateRequest, view: AllocationView, now: string): Decision {
  const drafts = { 4: new HeldDraft(view.held(4)), 6: new HeldDraft(view.held(6)) };
  const decided = request.nics.flatMap((nic) =>
    nic.addresses.map((address) => {
      const draft = drafts[address.family];
      const one = decide(nic, address, request, view, draft, now);
      for (const { address: value } of one.givenUp) draft.free(value);
      if (!one.before) draft.take(one.picked.address);
      return one;
    }),
  );
  const held = heldInOrder(request, decided, view);
  const changes: AllocationChange[] = [];
  const moves: Move[] = [];
  const allocations: Allocated[] = [];
  for (const { nic, picked, before, isNew, givenUp, because } of decided) {
    const allocation = isTold(nic, request) ? handOut(nic, picked, request, held, view) : picked;
    for (const one of givenUp) changes.push({ do: "remove", allocation: one });
    if (!before || !isSameRecord(before, allocation)) changes.push({ do: "put", allocation });
    allocations.push({ allocation, isNew });
    if (because) moves.push({ from: because.from, to: allocation, because: because.why });
  }
  return { allocations, changes, moves };
}

function decide(
  nic: NicRequest,
  wanted: AddressRequest,
  request: AllocateRequest,
  view: AllocationView,
  held: HeldNumbers,
  now: string,
): Decided {
  const { owner, holder, isTrial = false, conflicting = [] } = request;
  const own = view.heldBy(owner).filter((one) => one.owner.interface === nic.interface && one.family === wanted.family);
  const proven = own.find((one) => !one.isOnTrial);
  const trial = own.find((one) => one.isOnTrial);
  const why = proven && whyMoved(proven, wanted, [], view);
  if (proven && why === undefined) {
    const picked = isSameHolder(proven.holder, holder) ? proven : { ...proven, holder };
    return { nic, picked, before: proven, isNew: false, givenUp: trial ? [trial] : [], because: undefined };
  }
  const kept = trial && whyMoved(trial, wanted, conflicting, view) === undefined ? trial : undefined;
  const nicOwner: Nic = { kind: owner.kind, namespace: owner.namespace, name: owner.name, interface: nic.interface };
  const found = kept ?? findAddress(nicOwner, wanted, held, request, view);
  const picked: Allocation = {
    pool: found.pool,
    family: wanted.family,
    address: found.address,
    owner: nicOwner,
    holder,
    allocatedAt: kept?.allocatedAt ?? now,
    isOnTrial: isTrial ? true : undefined,
    handedOut: kept?.handedOut,
  };
  const givenUp = [...(trial && !kept ? [trial] : []), ...(proven && !isTrial ? [proven] : [])];
  return { nic, picked, before: kept, isNew: true, givenUp, because: proven && { from: proven, why: why ?? "" } };
}

/** Why an address that is held cannot stay; undefined: it can. */
function whyMoved(
  mine: Allocation,
  wanted: AddressRequest,
  conflicting: readonly FamilyRange[],
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
  if (wanted.exactly !== undefined) return undefined;
  return isInRanges(rangesOf(conflicting, mine.family), mine.address) ? "somebody else on the wire uses it" : undefined;
}

function isTold({ interface: name }: NicRequest, { asking }: AllocateRequest): boolean {
  return asking === undefined || asking === name;
}

/** The allocation with what its interface is told. */
function handOut(
  nic: NicRequest,
  picked: Allocation,
  { routes = [] }: AllocateRequest,
  held: readonly HeldAddress[],
  view: AllocationView,
): Allocation {
  const use = view.pool(picked.pool) ?? fail(new Error(`Cannot describe an address: pool "${picked.pool}" is gone`));
  const handedOut = handedOutWith(picked, use.pool, { cleanGateway: nic.cleanGateway ?? false, routes }, held);
  return isSameHandedOut(handedOut, picked.handedOut) ? picked : { ...picked, handedOut };
}

/** What the pod's interfaces have when this is carried out, in the pod's order. Nothing, where no route asks. */
function heldInOrder(
  { owner, nics, routes = [], order = nics.map((nic) => nic.interface) }: AllocateRequest,
  decided: readonly Decided[],
  view: AllocationView,
): readonly HeldAddress[] {
  if (routes.length === 0) return [];
  const others = view
    .heldBy(owner)
    .filter(({ owner: nic, isOnTrial }) => !isOnTrial && !nics.some((one) => one.interface === nic.interface));
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...decided.map(({ picked }) => picked), ...others]
    .flatMap(({ owner: nic, pool: name }) => {
      const pool = view.pool(name)?.pool;
      return pool ? [{ interface: nic.interface, pool }] : [];
    })
    .toSorted((a, b) => place(a.interface) - place(b.interface));
}

function isSameRecord(a: Allocation, b: Allocation): boolean {
  return isSameHolder(a.holder, b.holder) && a.isOnTrial === b.isOnTrial && isSameHandedOut(a.handedOut, b.handedOut);
}

function isSameHolder(a: Holder, b: Holder): boolean {
  return a.podUid === b.podUid && a.podName === b.podName && a.node === b.node;
}
