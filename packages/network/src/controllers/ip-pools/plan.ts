import { type SpiderIPPool, spiderpoolFinalizer } from "@peapod/api";
import { isJsonEqual, type Plan } from "@peapod/machinery";
import type { PoolDefinition } from "../../ipam/types.ts";
import { renderPoolDefinition } from "./render/definition.ts";

/** A pool as the API has it and as the allocator has it. */
export interface Facts {
  readonly name: string;
  /** Undefined: there is no such object. */
  readonly pool: SpiderIPPool | undefined;
  /** Undefined: the allocator does not know it. */
  readonly known: PoolDefinition | undefined;
  readonly heldCount: number;
  /** The first few of those who hold something, as `default/web has 10.7.120.100`. */
  readonly holders: readonly string[];
  /** What the status should be; undefined while the allocator does not know the pool, and while it is too early to publish it. */
  readonly status: NonNullable<SpiderIPPool["status"]> | undefined;
  /** Until the status may be published again. */
  readonly publishInMs: number;
  /** What was said last of who holds a pool that is to go. */
  readonly saidOfHolders: string | undefined;
  /** The first few of those who hold addresses that the pool does not have any more, lowest first; and how many there are. */
  readonly strays: { readonly count: number; readonly named: readonly string[] };
  /** The pool of which it was said last whose addresses fell out. */
  readonly saidOfStraysIn: PoolDefinition | undefined;
}

export type Step =
  | { readonly do: "putPool"; readonly definition: PoolDefinition }
  | { readonly do: "forgetPool"; readonly name: string }
  | { readonly do: "nameHolders"; readonly pool: SpiderIPPool; readonly message: string }
  | {
      readonly do: "nameStrays";
      readonly pool: SpiderIPPool;
      readonly definition: PoolDefinition;
      readonly message: string;
    }
  | { readonly do: "removeFinalizer"; readonly pool: SpiderIPPool }
  | {
      readonly do: "publishStatus";
      readonly pool: SpiderIPPool;
      readonly status: NonNullable<SpiderIPPool["status"]>;
    };

/**
 * The allocator follows the pool: it learns what it says, and stops taking from one that is to go. The object goes when nothing of it
 * is held any more. Who holds what is published behind the allocations, the less often the longer the list is.
 */
export function planPool(facts: Facts): Plan<Step> {
  const { name, pool, known, heldCount } = facts;
  if (!pool) return planGone(facts);
  const definition = renderPoolDefinition(pool);
  const isLeaving = definition.isTerminating === true;
  if (isLeaving && heldCount === 0 && (!known || known.isTerminating)) {
    const forget: Step[] = known ? [{ do: "forgetPool", name }] : [];
    return { steps: [...forget, ...(isFinalized(pool) ? [{ do: "removeFinalizer", pool } as const] : [])] };
  }
  if (!isJsonEqual(known, definition)) return { steps: [{ do: "putPool", definition }], lookAgainInMs: 0 };
  const message = holdersMessage(facts);
  const named: Step[] = [
    ...(isLeaving && message !== facts.saidOfHolders ? [{ do: "nameHolders", pool, message } as const] : []),
    ...nameStrays(pool, definition, facts),
  ];
  const { status, publishInMs } = facts;
  if (publishInMs > 0) return { steps: named, lookAgainInMs: publishInMs };
  if (!status || isJsonEqual(pool.status, status)) return { steps: named };
  return { steps: [...named, { do: "publishStatus", pool, status }] };
}

/** Somebody took the object away with force: nothing new is taken from it, and it is forgotten with its last holder. */
function planGone({ name, known, heldCount }: Facts): Plan<Step> {
  if (!known) return { steps: [] };
  if (heldCount === 0) return { steps: [{ do: "forgetPool", name }] };
  return { steps: known.isTerminating ? [] : [{ do: "putPool", definition: { ...known, isTerminating: true } }] };
}

function isFinalized({ metadata }: SpiderIPPool): boolean {
  return metadata.finalizers?.includes(spiderpoolFinalizer) ?? false;
}

/**
 * Admission refuses to take an address from its holder where it can know of it. What got past it is said once for each edit: nothing is
 * taken from a running guest, and the holder moves at its next start.
 */
function nameStrays(pool: SpiderIPPool, definition: PoolDefinition, { name, strays, saidOfStraysIn }: Facts): Step[] {
  const { ips, excludeIps, gateway } = definition;
  const said = saidOfStraysIn;
  if (strays.count === 0) return [];
  if (said && isJsonEqual([ips, excludeIps, gateway], [said.ips, said.excludeIps, said.gateway])) return [];
  const others = strays.count > strays.named.length ? `, and ${strays.count - strays.named.length} more` : "";
  const message =
    `IPPool "${name}" does not have ${strays.count} of its held addresses any more: ${strays.named.join(", ")}${others}; ` +
    "put them back, or each holder gets another address at its next start";
  return [{ do: "nameStrays", pool, definition, message }];
}

/** A record is some eighty bytes, and everybody who watches pools gets all of them each time; so the longer the list, the less often. */
export function publishEveryMs(heldCount: number): number {
  return 200 + Math.min(heldCount, 5_000);
}

function holdersMessage({ name, heldCount, holders }: Facts): string {
  const others = heldCount > holders.length ? `, and ${heldCount - holders.length} more` : "";
  return `Cannot delete IPPool "${name}" yet: ${holders.join(", ")}${others}`;
}
