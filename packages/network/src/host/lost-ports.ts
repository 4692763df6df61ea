import { listCached } from "../cni/cache.ts";
import { CniError } from "../cni/cni-error.ts";
import { pluginCodes } from "../cni/define-plugin.ts";
import { callPlugin } from "../cni/plugin.ts";
import type { NodeNetwork } from "./node-network.ts";

/** Networks that can lose a pod while all its links are there: the port is an entry in the switch's own database. */
const keepPorts = new Set(["ovs"]);

/**
 * Names of a pod's interfaces that their networks do not know any more. Asked by CHECK of the plugin that keeps the ports: others
 * of the chain would miss what a binding has changed since. What cannot be asked now counts as there.
 */
export async function findLostPorts(
  network: Pick<NodeNetwork, "cni">,
  podUid: string,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const lost = new Set<string>();
  for (const { network: config, attachment, result } of await listCached(network.cni.resultsDir, podUid)) {
    const plugin = result && config.plugins.find(({ type }) => keepPorts.has(type));
    if (!plugin) continue;
    // The network may speak a version that has no CHECK yet; our plugins know all.
    const spoken = { ...config, cniVersion: "1.0.0" };
    try {
      await callPlugin(
        { command: "CHECK", network: spoken, plugin, attachment, prevResult: result },
        network.cni,
        signal,
      );
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof CniError && error.code === pluginCodes.missing) lost.add(attachment.ifName);
    }
  }
  return lost;
}
