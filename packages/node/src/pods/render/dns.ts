import type { Pod } from "@peapod/api";

export interface PodDns {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
}

/**
 * Where a pod asks for names, as a kubelet without a cluster DNS decides it: the node's servers for every policy but `None`, then
 * what `spec.dnsConfig` adds.
 *
 * @param plugins  what the pod's network says of names: it knows its network better than the node
 */
export function renderPodDns(spec: Pod["spec"], node: PodDns, plugins: PodDns): PodDns {
  const network = plugins.nameservers.length > 0 ? plugins : node;
  const base = spec?.dnsPolicy === "None" ? { nameservers: [], search: [] } : network;
  const { nameservers = [], searches = [] } = spec?.dnsConfig ?? {};
  return {
    nameservers: [...new Set([...base.nameservers, ...nameservers])],
    search: [...new Set([...base.search, ...searches])],
  };
}
