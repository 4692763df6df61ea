import { formatIp, SpiderIPPool } from "@peapod/api";
import { type Controller, parseKey } from "@peapod/machinery";
import type { Ipam } from "../../ipam/ipam.ts";
import type { Allocation } from "../../ipam/types.ts";
import { podPoolName } from "../../render/default-network.ts";
import { type PoolMemory, poolEffects } from "./effects.ts";
import { type Facts, planPool, publishEveryMs, type Step } from "./plan.ts";
import { renderPoolStatus } from "./render/status.ts";

const namedHolders = 5;
const namedStrays = 10;

/** Brings SpiderIPPools to the allocator, and what is held of them back into their status. */
export function createIpPoolController({ ipam }: { readonly ipam: Ipam }): Controller<SpiderIPPool, Facts, Step> {
  const memory: PoolMemory = {
    publishedAt: new Map(),
    saidOfHolders: new Map(),
    saidOfStraysIn: new Map(),
  };
  return {
    name: "ip-pools",
    for: SpiderIPPool,
    reads: [],
    writes: [{ kind: SpiderIPPool, verbs: ["update", "updateStatus"] }],
    async wakeUps(wake, signal) {
      for (const { pool } of ipam.pools()) wake(pool.name);
      using _ = ipam.onChange((changes) => {
        const names = changes.flatMap((one) => (one.do === "put" || one.do === "remove" ? [one.allocation.pool] : []));
        for (const name of new Set(names)) wake(name);
      });
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    },
    observe(key, { cache, now }) {
      const { name } = parseKey(key);
      if (name === podPoolName) return undefined; // the node's own range, which is no object
      const pool = cache.get(SpiderIPPool, { name });
      const use = ipam.pool(name);
      const heldCount = use?.used ?? ipam.list({ pool: name }).length;
      const dueAt = (memory.publishedAt.get(name) ?? 0) + publishEveryMs(heldCount);
      const publishInMs = pool?.status === undefined ? 0 : Math.max(0, dueAt - now.getTime());
      return {
        name,
        pool,
        known: use?.pool.definition,
        heldCount,
        holders: pool?.metadata.deletionTimestamp ? ipam.list({ pool: name }).slice(0, namedHolders).map(describe) : [],
        // The whole list is looked at when it may be shown, not at every change of it.
        status:
          use && publishInMs === 0
            ? renderPoolStatus(use.pool.size, heldCount, () => ipam.list({ pool: name }))
            : undefined,
        publishInMs,
        saidOfHolders: memory.saidOfHolders.get(name),
        strays: describeStrays(ipam.strays(name)),
        saidOfStraysIn: memory.saidOfStraysIn.get(name),
      };
    },
    plan: planPool,
    effects: poolEffects(ipam, memory),
  };
}

function describeStrays(strays: readonly Allocation[]): Facts["strays"] {
  const first = strays.toSorted((a, b) => (a.address < b.address ? -1 : 1)).slice(0, namedStrays);
  return { count: strays.length, named: first.map(describe) };
}

function describe({ owner, family, address }: Allocation): string {
  return `${owner.namespace}/${owner.name} holds ${formatIp({ family, value: address })}`;
}
