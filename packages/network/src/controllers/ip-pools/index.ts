import { formatIp, SpiderIPPool } from "@peapod/api";
import { type Controller, parseKey } from "@peapod/machinery";
import type { Ipam } from "../../ipam/ipam.ts";
import { podPoolName } from "../../render/default-network.ts";
import { type PoolMemory, poolEffects } from "./effects.ts";
import { type Facts, planPool, type Step } from "./plan.ts";
import { renderPoolStatus } from "./render/status.ts";

const namedHolders = 5;

/** Brings SpiderIPPools to the allocator, and what is held of them back into their status. */
export function createIpPoolController({ ipam }: { readonly ipam: Ipam }): Controller<SpiderIPPool, Facts, Step> {
  const memory: PoolMemory = { publishedAt: new Map(), saidOfHolders: new Map() };
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
      const use = ipam.pool(name);
      const held = ipam.list({ pool: name });
      return {
        name,
        pool: cache.get(SpiderIPPool, { name }),
        known: use?.pool.definition,
        heldCount: held.length,
        holders: held
          .slice(0, namedHolders)
          .map(
            ({ owner, family, address }) =>
              `${owner.namespace}/${owner.name} holds ${formatIp({ family, value: address })}`,
          ),
        status: use && renderPoolStatus(use.pool.size, held),
        publishedAgoMs: now.getTime() - (memory.publishedAt.get(name) ?? 0),
        saidOfHolders: memory.saidOfHolders.get(name),
      };
    },
    plan: planPool,
    effects: poolEffects(ipam, memory),
  };
}
