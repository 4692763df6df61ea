import type { PodInterface } from "../binding/types.ts";
import { applyBatch } from "../link/namespace.ts";
import { observePodInterfaces } from "../link/pod-interface.ts";
import { renderDefaultRoute } from "../pod-networks/render/default-route.ts";
import type { PodNetworkRequest } from "../pod-networks/types.ts";

/**
 * Multus' `default-route`: one network's gateways are the pod's, and no other's.
 *
 * @param requests  all that the pod asks for
 * @param names  interfaces to look at; routes of others are left alone
 * @returns those interfaces as they are then
 */
export async function settleDefaultRoute(
  netnsPath: string,
  requests: readonly PodNetworkRequest[],
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly PodInterface[]> {
  const interfaces = await observePodInterfaces(netnsPath, names, signal);
  const lines = renderDefaultRoute(requests, interfaces);
  if (lines.length === 0) return interfaces;
  await applyBatch(netnsPath, { raise: lines }, signal);
  return await observePodInterfaces(netnsPath, names, signal);
}
