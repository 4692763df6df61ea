import type { AllocationChange, AllocationView } from "./allocate.ts";
import { type IpPool, parsePool } from "./pool.ts";
import { addNumber, noRuns, type Runs, removeNumber } from "./runs.ts";
import { type Allocation, ownerKey, type PoolDefinition } from "./types.ts";

/** The allocations in memory, indexed for the allocator. Its size follows the allocations, not the pools. */
export class AllocationTable implements AllocationView {
  readonly #pools = new Map<string, { readonly pool: IpPool; held: Runs }>();
  readonly #byAddress = new Map<string, Allocation>();
  readonly #byOwner = new Map<string, readonly Allocation[]>();

  pool(name: string): { readonly pool: IpPool; readonly held: Runs } | undefined {
    return this.#pools.get(name);
  }

  pools(): readonly { readonly pool: IpPool; readonly held: Runs }[] {
    return [...this.#pools.values()];
  }

  at(pool: string, address: bigint): Allocation | undefined {
    return this.#byAddress.get(`${pool} ${address}`);
  }

  heldBy(owner: string): readonly Allocation[] {
    return this.#byOwner.get(owner) ?? [];
  }

  all(): IterableIterator<Allocation> {
    return this.#byAddress.values();
  }

  putPool(definition: PoolDefinition): void {
    const pool = parsePool(definition);
    this.#pools.set(definition.name, { pool, held: this.#pools.get(definition.name)?.held ?? noRuns });
  }

  removePool(name: string): void {
    this.#pools.delete(name);
  }

  /** Applies a change and returns what undoes it. */
  apply(change: AllocationChange): () => void {
    const before = this.at(change.allocation.pool, change.allocation.address);
    if (before) this.#drop(before);
    if (change.do === "put") this.#put(change.allocation);
    return () => {
      if (change.do === "put") this.#drop(change.allocation);
      if (before) this.#put(before);
    };
  }

  #put(allocation: Allocation): void {
    const owner = ownerKey(allocation.owner);
    this.#byAddress.set(`${allocation.pool} ${allocation.address}`, allocation);
    this.#byOwner.set(owner, [...this.heldBy(owner), allocation]);
    const pool = this.#pools.get(allocation.pool);
    if (pool) pool.held = addNumber(pool.held, allocation.address);
  }

  #drop(allocation: Allocation): void {
    const owner = ownerKey(allocation.owner);
    this.#byAddress.delete(`${allocation.pool} ${allocation.address}`);
    const left = this.heldBy(owner).filter(
      ({ pool, address }) => pool !== allocation.pool || address !== allocation.address,
    );
    if (left.length > 0) this.#byOwner.set(owner, left);
    else this.#byOwner.delete(owner);
    const pool = this.#pools.get(allocation.pool);
    if (pool) pool.held = removeNumber(pool.held, allocation.address);
  }
}
