import { SpiderEndpoint } from "@peapod/api";
import { type Controller, parseKey } from "@peapod/machinery";
import type { Ipam } from "../../ipam/ipam.ts";
import type { JournalChange } from "../../ipam/journal.ts";
import type { Owner } from "../../ipam/types.ts";
import { podPoolName } from "../../render/default-network.ts";
import { endpointEffects } from "./effects.ts";
import { type Facts, planEndpoint, type Step } from "./plan.ts";
import { renderEndpoint } from "./render/endpoint.ts";

/** Shows what VMs and pods hold of SpiderIPPools as SpiderEndpoints. Addresses of the node's own range are in none. */
export function createEndpointController({ ipam }: { readonly ipam: Ipam }): Controller<SpiderEndpoint, Facts, Step> {
  return {
    name: "endpoints",
    for: SpiderEndpoint,
    reads: [],
    writes: [{ kind: SpiderEndpoint, verbs: ["create", "update", "delete"] }],
    async wakeUps(wake, signal) {
      for (const owner of ipam.owners()) wake(keyOf(owner));
      using _ = ipam.onChange((changes) => {
        for (const key of new Set(changes.flatMap(ownersOf).map(keyOf))) wake(key);
      });
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    },
    observe(key, { cache }) {
      const { namespace = "", name } = parseKey(key);
      const wanted = (["vm", "pod"] as const).flatMap((kind) => {
        const owner: Owner = { kind, namespace, name };
        const held = ipam.list({ owner }).filter(({ pool }) => pool !== podPoolName);
        return renderEndpoint(owner, held, ipam.pool, ipam.macsOf(owner)) ?? [];
      });
      return { endpoint: cache.get(SpiderEndpoint, { namespace, name }), wanted: wanted[0] };
    },
    plan: planEndpoint,
    effects: endpointEffects,
  };
}

function keyOf({ namespace, name }: Owner): string {
  return `${namespace}/${name}`;
}

function ownersOf(change: JournalChange): readonly Owner[] {
  switch (change.do) {
    case "put":
    case "remove":
      return [change.allocation.owner];
    case "putMac":
    case "removeMac":
      return [change.nic];
    default:
      return [];
  }
}
