import { formatIp, type IpFamily } from "@peapod/api";
import { allocateAddresses, type Decision, type PoolUse } from "./allocate.ts";
import { AllocationTable } from "./allocation-table.ts";
import { openCommitQueue } from "./commit-queue.ts";
import { AddressUnavailableError } from "./errors.ts";
import type { Journal, JournalChange } from "./journal.ts";
import { parsePool } from "./pool.ts";
import { proveAddresses } from "./prove.ts";
import { type ReleaseFilter, type Releasing, releaseOf } from "./release.ts";
import {
  type AllocateRequest,
  type Allocation,
  type Assignment,
  type Move,
  type Nic,
  nicKey,
  type Owner,
  type PoolDefinition,
} from "./types.ts";

/** The instance's address allocator. What a promise answers is on disk. */
export interface Ipam extends Disposable {
  /** All that is asked for, or nothing. Idempotent. @throws {PoolExhaustedError} {UnknownPoolError} {AddressUnavailableError} */
  readonly allocate: (request: AllocateRequest) => Promise<Allocated>;
  /**
   * Gives back what an owner holds, or one interface of it, and forgets their MACs. Nothing held counts as done.
   *
   * @param filter.podUid  only what that pod holds: a late call about an old pod must not take the address of the new one
   * @param filter.onTrial  only what is on trial
   */
  readonly release: (owner: Releasing, filter?: ReleaseFilter) => Promise<readonly Allocation[]>;
  /** What an interface has on trial is its own, and what that replaces is free. */
  readonly prove: (nic: Nic) => Promise<void>;
  /** Remembers the MAC of an interface. @throws {AddressUnavailableError} another interface has it */
  readonly putMac: (nic: Nic, mac: string) => Promise<void>;
  /** Records what an interface has on the machine and nothing says. @returns false: the address is somebody else's */
  readonly adopt: (allocation: Omit<Allocation, "allocatedAt">) => Promise<boolean>;
  /** Makes or changes a pool; what was held of it stays held. @throws {RangeError} what it says cannot be read */
  readonly putPool: (pool: PoolDefinition) => Promise<void>;
  /** Forgets a pool, unless somebody holds something of it. @returns whether it is gone */
  readonly removePool: (name: string) => Promise<boolean>;
  readonly list: (filter?: { readonly owner?: Owner; readonly pool?: string }) => readonly Allocation[];
  /** What is held of a pool that does not have it any more: whoever holds it keeps it until its next start. */
  readonly strays: (pool: string) => readonly Allocation[];
  readonly at: (family: IpFamily, address: bigint) => Allocation | undefined;
  /** Everybody who holds an address, or of whose interfaces the MACs are known. */
  readonly owners: () => readonly Owner[];
  /** By interface. */
  readonly macsOf: (owner: Owner) => ReadonlyMap<string, string>;
  readonly pools: () => readonly PoolUse[];
  readonly pool: (name: string) => PoolUse | undefined;
  /** Calls back after every commit with what it changed. */
  readonly onChange: (listener: (changes: readonly JournalChange[]) => void) => Disposable;
}

export interface Allocated {
  /** In the order of the request. */
  readonly assignments: readonly Assignment[];
  readonly moves: readonly Move[];
}

/**
 * Opens the allocator over a journal. Calls that come in the same turn of the event loop share one commit, so a hundred starts
 * at once wait for a handful of disk writes.
 */
export function openIpam(journal: Journal, options: { readonly now?: () => Date } = {}): Ipam {
  const now = options.now ?? (() => new Date());
  const stored = journal.load();
  const table = new AllocationTable();
  for (const pool of stored.pools) table.putPool(pool);
  for (const allocation of stored.allocations) table.apply({ do: "put", allocation });
  for (const { nic, mac } of stored.macs) table.apply({ do: "putMac", nic, mac });
  const { change, onChange } = openCommitQueue(table, journal);

  return {
    allocate: (request) =>
      change(() => {
        const { allocations, changes, moves } = allocateAddresses(request, table, now().toISOString());
        return { changes, answer: { assignments: allocations.map((one) => toAssignment(one, table)), moves } };
      }),
    release: (owner, filter = {}) =>
      change(() => {
        const { released, changes } = releaseOf(owner, filter, table);
        return { changes, answer: released };
      }),
    prove: (nic) => change(() => ({ changes: proveAddresses(nic, table), answer: undefined })),
    putMac: (nic, mac) =>
      change(() => {
        if (table.macsOf(nic).get(nic.interface) === mac) return { changes: [], answer: undefined };
        const holder = table.macHolder(mac);
        if (holder !== undefined) throw new AddressUnavailableError(nicKey(nic), mac, `"${holder}" has it`);
        return { changes: [{ do: "putMac", nic, mac }], answer: undefined };
      }),
    adopt: (allocation) =>
      change(() => {
        const there = table.at(allocation.family, allocation.address);
        if (there) return { changes: [], answer: nicKey(there.owner) === nicKey(allocation.owner) };
        return {
          changes: [{ do: "put", allocation: { ...allocation, allocatedAt: now().toISOString() } }],
          answer: true,
        };
      }),
    putPool: (pool) =>
      change(() => {
        parsePool(pool);
        return { changes: [{ do: "putPool", pool }], answer: undefined };
      }),
    removePool: (name) =>
      change(() => {
        if (table.countOf(name) > 0) return { changes: [], answer: false };
        return { changes: [{ do: "removePool", name }], answer: true };
      }),
    list: ({ owner, pool } = {}) =>
      owner ? table.heldBy(owner) : pool !== undefined ? table.heldOf(pool) : [...table.all()],
    strays: (pool) => table.straysOf(pool),
    at: (family, address) => table.at(family, address),
    owners: () => table.owners(),
    macsOf: (owner) => table.macsOf(owner),
    pools: () => table.pools(),
    pool: (name) => table.pool(name),
    onChange,
    [Symbol.dispose]: () => journal[Symbol.dispose](),
  };
}

function toAssignment({ allocation, isNew }: Decision["allocations"][number], table: AllocationTable): Assignment {
  const { pool: name, family, address, owner, isOnTrial, handedOut } = allocation;
  const pool = table.pool(name)?.pool;
  if (!pool) throw new Error(`Cannot describe an address: its pool "${name}" is gone`);
  return {
    interface: owner.interface,
    pool: name,
    address: `${formatIp({ family, value: address })}/${pool.subnet.prefixLength}`,
    gateway: handedOut?.gateway,
    cleanGateway: handedOut?.cleanGateway ?? false,
    routes: handedOut?.routes ?? [],
    isNew,
    isOnTrial: isOnTrial ?? false,
  };
}
