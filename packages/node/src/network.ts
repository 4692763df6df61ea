import { Pod, SpiderCoordinator } from "@peapod/api";
import type { Client } from "@peapod/machinery";
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
  options: Pick<
    NodeNetworkOptions,
    "identify" | "report" | "findPool" | "poolsElsewhere" | "otherwise" | "cluster" | "log" | "signal"
  >,
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

/** What our CNI plugins ask the API. */
export function askCluster(client: Client): NonNullable<NodeNetworkOptions["cluster"]> {
  return {
    findCoordinator: (signal) => client.find(SpiderCoordinator, { name: "default" }, { signal }),
    annotationsOf: async (pod) => (await client.find(Pod, pod))?.metadata.annotations ?? {},
  };
}
