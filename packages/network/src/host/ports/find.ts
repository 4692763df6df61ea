import { listCached } from "../../cni/cache.ts";
import { observeLinks } from "../../link/namespace.ts";
import type { NodeNetwork } from "../node-network.ts";
import { planPorts } from "./plan.ts";
import type { PortTroubles } from "./types.ts";

/** Looks at the node's ends of all pods' interfaces: one program, however many there are. */
export async function findPortTroubles(
  { cni, defaults }: Pick<NodeNetwork, "cni" | "defaults">,
  signal?: AbortSignal,
): Promise<PortTroubles> {
  const attached = await listCached(cni.resultsDir);
  return planPorts(attached, await observeLinks(undefined, signal), defaults.bridge);
}
