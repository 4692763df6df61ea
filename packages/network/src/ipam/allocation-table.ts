import type { IpFamily } from "@peapod/api";
import type { AllocationChange, AllocationView, PoolUse } from "./allocate.ts";
import { parsePool } from "./pool.ts";
import { addNumber, noRuns, type Runs, removeNumber } from "./runs.ts";
import { type Allocation, type Nic, nicKey, type Owner, ownerKey, type PoolDefinition } from "./types.ts";

const none: ReadonlyMap<string, string> = new Map();

/**
 * The allocations in memory, indexed for the allocator. Its size follows the allocations, not the pools. An address has one holder
 * whatever pools it is in: pools whose ranges overlap cannot give it twice.
 */
export class AllocationTable implements AllocationView {
  readonly #pools = new Map<string, ReturnType<typeof parsePool>>();
  readonly #byAddress = { 4: new Map<bigint, Allocation>(), 6: new Map<bigint, Allocation>() };
  readonly #byPool = new Map<string, Set<Allocation>>();
  readonly #byOwner = new Map<string, readonly Allocation[]>();
  readonly #macs = new Map<string, Map<string, string>>();
  readonly #macOwners = new Map<string, Owner>();
  readonly #macHolders = new Map<string, string>();
  readonly #held: Record<IpFamily, Runs> = { 4: noRuns, 6: noRuns };

  pool(name: string): PoolUse | undefined {
    const pool = this.#pools.get(name);
    return pool && { pool, used: this.#byPool.get(name)?.size ?? 0 };
  }

  pools(): readonly PoolUse[] {
    return [...this.#pools.values()].map((pool) => ({ pool, used: this.#byPool.get(pool.name)?.size ?? 0 }));
  }

  held(family: IpFamily): Runs {
    return this.#held[family];
  }

  at(family: IpFamily, address: bigint): Allocation | undefined {
    return this.#byAddress[family].get(address);
  }

  heldBy(owner: Owner): readonly Allocation[] {
    return this.#byOwner.get(ownerKey(owner)) ?? [];
  }

  heldOf(pool: string): readonly Allocation[] {
    return [...(this.#byPool.get(pool) ?? [])];
  }

  *all(): IterableIterator<Allocation> {
    yield* this.#byAddress[4].values();
    yield* this.#byAddress[6].values();
  }

  macsOf(owner: Owner): ReadonlyMap<string, string> {
    return this.#macs.get(ownerKey(owner)) ?? none;
  }

  macHolder(mac: string): string | undefined {
    return this.#macHolders.get(mac);
  }

  /** Owners that hold addresses, or of whose interfaces the MACs are known. */
  owners(): readonly Owner[] {
    const found = new Map<string, Owner>(this.#macOwners);
    for (const [key, [first]] of this.#byOwner) if (first) found.set(key, first.owner);
    return [...found.values()].map(({ kind, namespace, name }) => ({ kind, namespace, name }));
  }

  putPool(definition: PoolDefinition): void {
    this.#pools.set(definition.name, parsePool(definition));
  }

  removePool(name: string): void {
    this.#pools.delete(name);
  }

  /** Applies a change and returns what undoes it. */
  apply(change: AllocationChange): () => void {
    if (change.do === "putMac" || change.do === "removeMac") return this.#applyMac(change);
    const { allocation } = change;
    const before = this.at(allocation.family, allocation.address);
    if (before) this.#drop(before);
    if (change.do === "put") this.#put(allocation);
    return () => {
      if (change.do === "put") this.#drop(allocation);
      if (before) this.#put(before);
    };
  }

  #applyMac(change: Extract<AllocationChange, { readonly do: "putMac" | "removeMac" }>): () => void {
    const before = this.macsOf(change.nic).get(change.nic.interface);
    this.#setMac(change.nic, change.do === "putMac" ? change.mac : undefined);
    return () => this.#setMac(change.nic, before);
  }

  #setMac(nic: Nic, mac: string | undefined): void {
    const owner = ownerKey(nic);
    const macs = new Map(this.macsOf(nic));
    const before = macs.get(nic.interface);
    if (before !== undefined && this.#macHolders.get(before) === nicKey(nic)) this.#macHolders.delete(before);
    if (mac === undefined) macs.delete(nic.interface);
    else {
      macs.set(nic.interface, mac);
      this.#macHolders.set(mac, nicKey(nic));
    }
    if (macs.size > 0) {
      this.#macs.set(owner, macs);
      this.#macOwners.set(owner, nic);
    } else {
      this.#macs.delete(owner);
      this.#macOwners.delete(owner);
    }
  }

  #put(allocation: Allocation): void {
    const owner = ownerKey(allocation.owner);
    const { family, address, pool } = allocation;
    this.#byAddress[family].set(address, allocation);
    this.#byOwner.set(owner, [...(this.#byOwner.get(owner) ?? []), allocation]);
    const ofPool = this.#byPool.get(pool) ?? new Set();
    this.#byPool.set(pool, ofPool.add(allocation));
    this.#held[family] = addNumber(this.#held[family], address);
  }

  #drop({ family, address }: Allocation): void {
    const allocation = this.at(family, address);
    if (!allocation) return;
    const owner = ownerKey(allocation.owner);
    this.#byAddress[family].delete(address);
    const left = (this.#byOwner.get(owner) ?? []).filter((one) => one !== allocation);
    if (left.length > 0) this.#byOwner.set(owner, left);
    else this.#byOwner.delete(owner);
    const ofPool = this.#byPool.get(allocation.pool);
    ofPool?.delete(allocation);
    if (ofPool?.size === 0) this.#byPool.delete(allocation.pool);
    this.#held[family] = removeNumber(this.#held[family], address);
  }
}
