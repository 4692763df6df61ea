import { listCached } from "./cache.ts";
import { locksOf } from "./chain.ts";
import { forgetNetwork, listNetworks } from "./known-networks.ts";
import { invokePlugin } from "./plugin.ts";
import type { CniNetwork, CniRuntime } from "./types.ts";
import { speaksOneOne } from "./versions.ts";

const nobody = { containerId: "", netnsPath: "", ifName: "", args: {} };

/**
 * Tells the plugins of every network that was ever used which attachments there are, so that they take away what belongs to none
 * (the specification's GC). Those that do not speak 1.1 are not asked.
 *
 * @returns what failed
 */
export async function tidyNetworks(runtime: CniRuntime, signal?: AbortSignal): Promise<readonly Error[]> {
  const failures: Error[] = [];
  for (const network of await listNetworks(runtime)) {
    if (network.disableGC) continue;
    await locksOf(runtime).exclusive(network.name, async () => {
      const cached = (await listCached(runtime.resultsDir)).filter((one) => one.network.name === network.name);
      const valid = cached.map(({ attachment }) => ({
        containerID: attachment.containerId,
        ifname: attachment.ifName,
      }));
      const failed = await tidyOne(network, valid, runtime, signal);
      failures.push(...failed);
      if (valid.length === 0 && failed.length === 0) await forgetNetwork(runtime, network.name);
    });
  }
  return failures;
}

async function tidyOne(
  network: CniNetwork,
  valid: readonly { readonly containerID: string; readonly ifname: string }[],
  runtime: CniRuntime,
  signal: AbortSignal | undefined,
): Promise<readonly Error[]> {
  const failures: Error[] = [];
  for (const plugin of network.plugins) {
    if (!(await speaksOneOne(plugin.type, runtime, signal))) continue;
    const { capabilities: _, ...config } = plugin;
    const lists = { "cni.dev/valid-attachments": valid, "cni.dev/attachments": valid };
    const input = { ...config, ...lists, name: network.name, cniVersion: "1.1.0" };
    try {
      await invokePlugin(
        { command: "GC", type: plugin.type, network: network.name, attachment: nobody, input },
        runtime,
        signal,
      );
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(error instanceof Error ? error : new Error(String(error)));
    }
  }
  return failures;
}
