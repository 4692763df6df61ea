import type { Log } from "@peapod/machinery";
import { type NodeNetwork, type NodeNetworkOptions, openNodeNetwork } from "@peapod/network";

/** The part of an instance's places that its network needs. */
export interface NetworkPaths {
  readonly instance: string;
  readonly dataDir: string;
  readonly ipam: string;
  readonly cni: string;
  readonly agentSocket: string;
  readonly machineRegistry: string;
}

export function openNetworkOf(
  paths: NetworkPaths,
  options: { readonly identify: NodeNetworkOptions["identify"]; readonly log: Log; readonly signal?: AbortSignal },
): Promise<NodeNetwork> {
  return openNodeNetwork({
    instance: paths.instance,
    dataDir: paths.dataDir,
    ipamDir: paths.ipam,
    cniDir: paths.cni,
    agentSocket: paths.agentSocket,
    registryPath: paths.machineRegistry,
    ...options,
  });
}
