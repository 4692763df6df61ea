import { type IpFamily, isInRanges } from "@peapod/api";
import { AddressMap } from "./address-map.ts";
import type { AllocationChange, AllocationView, PoolUse } from "./allocate.ts";
import { MacTable } from "./mac-table.ts";
import { OwnerIndex } from "./owner-index.ts";
import { type IpPool, parsePool } from "./pool.ts";
import type { HeldNumbers } from "./runs.ts";
import { type Allocation, type Owner, ownerKey, type PoolDefinition } from "./types.ts";

/**
 * The allocations in memory, indexed for the allocator. Its size follows the allocations, not the pools. An address has one holder
 * whatever pools it is in: pools whose ranges overlap cannot give it twice.
 */
export class AllocationTable implements AllocationView {
  readonly #pools = new Map<string, IpPool>();
  readonly #byAddress = { 4: new AddressMap<Allocation>(), 6: new AddressMap<Allocation>() };
  readonly #byOwner = new OwnerIndex();
  readonly #used = new Map<string, number>();
  /** By pool, what is held of it and it does not have any more. */
  readonly #strays = new Map<string, Set<Allocation>>();
  readonly #macs = new MacTable();

  pool(name: string): PoolUse | undefined {
    const pool = this.#pools.get(name);
    return pool && { pool, used: this.countOf(name) };
  }

  pools(): readonly PoolUse[] {
    return [...this.#pools.values()].map((pool) => ({ pool, used: this.countOf(pool.name) }));
  }

  held(family: IpFamily): HeldNumbers {
    return this.#byAddress[family];
  }

  at(family: IpFamily, address: bigint): Allocation | undefined {
    return this.#byAddress[family].get(address);
  }

  heldBy(owner: Owner): readonly Allocation[] {
    return this.#byOwner.get(owner) ?? [];
  }

  countOf(pool: string): number {
    return this.#used.get(pool) ?? 0;
  }

  heldOf(name: string): readonly Allocation[] {
    const { usable = [], subnet } = this.#pools.get(name) ?? {};
    const inside = subnet
      ? usable.flatMap(({ first, last }) => [...this.#byAddress[subnet.family].within(first, last)])
      : [];
    return [...inside.filter((one) => one.pool === name), ...this.straysOf(name)];
  }

  straysOf(pool: string): readonly Allocation[] {
    return [...(this.#strays.get(pool) ?? [])];
  }

  *all(): IterableIterator<Allocation> {
    for (const family of [4, 6] as const) yield* this.#byAddress[family].within(0n, 1n << 128n);
  }

  macsOf(owner: Owner): ReadonlyMap<string, string> {
    return this.#macs.of(owner);
  }

  macHolder(mac: string): string | undefined {
    return this.#macs.holder(mac);
  }

  /** Owners that hold addresses, or of whose interfaces the MACs are known. */
  owners(): readonly Owner[] {
    const found = new Map<string, Owner>(this.#macs.owners());
    for (const [first] of this.#byOwner.values()) if (first) found.set(ownerKey(first.owner), first.owner);
    return [...found.values()].map(({ kind, namespace, name }) => ({ kind, namespace, name }));
  }

  putPool(definition: PoolDefinition): void {
    const held = this.heldOf(definition.name);
    this.#pools.set(definition.name, parsePool(definition));
    this.#strays.delete(definition.name);
    for (const allocation of held) this.#noteStray(allocation);
  }

  removePool(name: string): void {
    const held = this.heldOf(name);
    this.#pools.delete(name);
    for (const allocation of held) this.#noteStray(allocation);
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
    this.#macs.set(change.nic, change.do === "putMac" ? change.mac : undefined);
    return () => this.#macs.set(change.nic, before);
  }

  #put(allocation: Allocation): void {
    const { family, address, pool, owner } = allocation;
    this.#byAddress[family].set(address, allocation);
    this.#byOwner.set(owner, [...this.heldBy(owner), allocation]);
    this.#used.set(pool, this.countOf(pool) + 1);
    this.#noteStray(allocation);
  }

  #drop(allocation: Allocation): void {
    const { family, address, pool, owner } = allocation;
    this.#byAddress[family].delete(address);
    this.#byOwner.set(
      owner,
      this.heldBy(owner).filter((one) => one !== allocation),
    );
    const used = this.countOf(pool) - 1;
    if (used > 0) this.#used.set(pool, used);
    else this.#used.delete(pool);
    const strays = this.#strays.get(pool);
    strays?.delete(allocation);
    if (strays?.size === 0) this.#strays.delete(pool);
  }

  #noteStray(allocation: Allocation): void {
    const pool = this.#pools.get(allocation.pool);
    if (pool?.subnet.family === allocation.family && isInRanges(pool.usable, allocation.address)) return;
    const strays = this.#strays.get(allocation.pool) ?? new Set();
    this.#strays.set(allocation.pool, strays.add(allocation));
  }
}
