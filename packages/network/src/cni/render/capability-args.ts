import type { PodNetworkRequest } from "../../pod-networks/types.ts";
import type { CniNetwork } from "../types.ts";

/** What a pod asks of one of its networks, by the names of CNI's capabilities; a plugin gets what it declares. */
export function renderCapabilityArgs(
  request: PodNetworkRequest,
  mac: string | undefined,
): Readonly<Record<string, unknown>> {
  const { ips, portMappings, bandwidth, infinibandGuid, deviceId } = request;
  return {
    ...(mac !== undefined && { mac }),
    ...(ips.length > 0 && { ips }),
    ...(portMappings !== undefined && { portMappings }),
    ...(bandwidth !== undefined && { bandwidth }),
    ...(infinibandGuid !== undefined && { infinibandGUID: infinibandGuid }),
    ...(deviceId !== undefined && { deviceID: deviceId }),
  };
}

/** `cni-args` and the device are part of a plugin's configuration: as `args.cni`, `deviceID` and, for some, `pciBusID`. */
export function withRequest(network: CniNetwork, { cniArgs, deviceId }: PodNetworkRequest): CniNetwork {
  if (cniArgs === undefined && deviceId === undefined) return network;
  return {
    ...network,
    plugins: network.plugins.map((plugin, index) => {
      const args = record(plugin["args"]);
      return {
        ...plugin,
        ...(cniArgs && { args: { ...args, cni: { ...record(args["cni"]), ...cniArgs } } }),
        ...(deviceId !== undefined && index === 0 && { deviceID: deviceId, pciBusID: deviceId }),
      };
    }),
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
