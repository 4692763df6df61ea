import type { Ranges } from "./allocate.ts";
import { formatIpv4, type Network, parseNetwork } from "./ipv4.ts";

/** Kubernetes' own. */
const defaultNetwork = "10.96.0.0/12";
const nodePorts = { first: 30_000, last: 32_767 } as const;

/** @param options.serviceNetwork  `"10.96.0.0/12"` @throws {Error} when it is no network */
export function serviceRanges(options: { readonly serviceNetwork?: string | undefined }): Ranges {
  return { network: parseNetwork(options.serviceNetwork ?? defaultNetwork), nodePorts };
}

/** `10.96.0.1`: the address of the service `kubernetes`, by which pods reach the API. */
export function apiAddressIn(network: Network): string {
  return formatIpv4(network.base + 1);
}
