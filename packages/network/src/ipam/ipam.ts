import { containsIp, formatIp, parseIp } from "@peapod/api";
import { type AllocationChange, allocateAddresses } from "./allocate.ts";
import { AllocationTable } from "./allocation-table.ts";
import type { Journal, JournalChange } from "./journal.ts";
import { parsePool } from "./pool.ts";
import {
  type AllocateRequest,
  type Allocation,
  type Assignment,
  type Owner,
  ownerKey,
  type PoolDefinition,
} from "./types.ts";

/** The node's address allocator. What a promise answers is on disk. */
export interface Ipam extends Disposable {
  /** Idempotent for its owner. @throws {PoolExhaustedError} {UnknownPoolError} {AddressUnavailableError} */
  readonly allocate: (request: AllocateRequest) => Promise<readonly Assignment[]>;
  /**
   * Gives back what the owner holds. Nothing held counts as done.
   *
   * @param options.podUid  only what that pod holds: a late call about an old pod must not take the address of the new one
   */
  readonly release: (owner: Owner, options?: { readonly podUid?: string }) => Promise<readonly Allocation[]>;
  /** Makes or changes a pool; what it held outside its new subnet is released. */
  readonly putPool: (pool: PoolDefinition) => Promise<void>;
  /** Forgets a pool and all that it held. */
  readonly removePool: (name: string) => Promise<void>;
  readonly list: (filter?: { readonly namespace?: string; readonly name?: string }) => readonly Allocation[];
  readonly pools: () => readonly PoolUse[];
}

export interface PoolUse {
  readonly definition: PoolDefinition;
  readonly size: bigint;
  readonly used: bigint;
}

interface Waiting {
  readonly decide: () => readonly JournalChange[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
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
  let queue: Waiting[] = [];

  const change = <T>(decide: () => { readonly changes: readonly JournalChange[]; readonly answer: T }): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (queue.length === 0) setImmediate(commit);
    let answer: T;
    queue.push({
      decide: () => {
        const decision = decide();
        answer = decision.answer;
        return decision.changes;
      },
      resolve: () => resolve(answer),
      reject,
    });
    return promise;
  };

  const commit = (): void => {
    const batch = queue;
    queue = [];
    const undo: (() => void)[] = [];
    const changes: JournalChange[] = [];
    const decided: Waiting[] = [];
    for (const waiting of batch) {
      try {
        // The table changes at once, so that the next in line sees what this one took.
        for (const wanted of waiting.decide()) {
          undo.push(applyTo(table, wanted));
          changes.push(wanted);
        }
        decided.push(waiting);
      } catch (error) {
        waiting.reject(error);
      }
    }
    try {
      if (changes.length > 0) journal.commit(changes);
    } catch (cause) {
      for (const back of undo.reverse()) back();
      const error = new Error("Cannot write the address database", { cause });
      for (const waiting of decided) waiting.reject(error);
      return;
    }
    for (const waiting of decided) waiting.resolve();
  };

  return {
    allocate: (request) =>
      change(() => {
        const { allocations, changes } = allocateAddresses(request, table, now().toISOString());
        return { changes, answer: allocations.map((allocation) => toAssignment(allocation, table)) };
      }),
    release: (owner, { podUid } = {}) =>
      change(() => {
        const held = table.heldBy(ownerKey(owner));
        const gone = held.filter(({ holder }) => podUid === undefined || holder.podUid === podUid);
        return { changes: gone.map((allocation) => ({ do: "remove", allocation })), answer: gone };
      }),
    putPool: (pool) =>
      change(() => {
        const { subnet } = parsePool(pool);
        const outside = [...table.all()].filter(
          (held) => held.pool === pool.name && !containsIp(subnet, { family: held.family, value: held.address }),
        );
        return { changes: [...outside.map(removal), { do: "putPool", pool }], answer: undefined };
      }),
    removePool: (name) =>
      change(() => {
        const held = [...table.all()].filter(({ pool }) => pool === name);
        return { changes: [...held.map(removal), { do: "removePool", name }], answer: undefined };
      }),
    list: ({ namespace, name } = {}) =>
      [...table.all()].filter(
        ({ owner }) =>
          (namespace === undefined || owner.namespace === namespace) && (name === undefined || owner.name === name),
      ),
    pools: () =>
      table.pools().map(({ pool, held }) => ({ definition: pool.definition, size: pool.size, used: held.size })),
    [Symbol.dispose]: () => journal[Symbol.dispose](),
  };
}

function removal(allocation: Allocation): AllocationChange {
  return { do: "remove", allocation };
}

function applyTo(table: AllocationTable, change: JournalChange): () => void {
  if (change.do === "put" || change.do === "remove") return table.apply(change);
  const name = change.do === "putPool" ? change.pool.name : change.name;
  const before = table.pool(name)?.pool.definition;
  if (change.do === "putPool") table.putPool(change.pool);
  else table.removePool(name);
  return () => (before ? table.putPool(before) : table.removePool(name));
}

function toAssignment({ pool: name, family, address }: Allocation, table: AllocationTable): Assignment {
  const pool = table.pool(name)?.pool;
  if (!pool) throw new Error(`Cannot describe an address: its pool "${name}" is gone`);
  return {
    pool: name,
    address: `${formatIp({ family, value: address })}/${pool.subnet.prefixLength}`,
    gateway: pool.gateway === undefined ? undefined : formatIp({ family, value: pool.gateway }),
    routes: (pool.definition.routes ?? []).filter(({ gateway }) => parseIp(gateway).family === family),
  };
}
