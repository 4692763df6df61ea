import { Namespace, Node, type Pod, SpiderReservedIP } from "@peapod/api";
import type { Client } from "@peapod/machinery";
import {
  findMaster,
  type IpamSettings,
  ipamSection,
  type NetworkAttachment,
  type NodeNetwork,
  type PodNetworkRequest,
  type PodNic,
  renderCniConfig,
  reservedRanges,
  type SelectionFacts,
} from "@peapod/network";

/**
 * All that decides which pools a pod's interfaces get. Namespace, node and reservations are read only for a pod that has anything to
 * do with pools.
 */
export async function readSelectionFacts(options: {
  readonly pod: Pod;
  readonly nodeName: string;
  readonly requests: readonly PodNetworkRequest[];
  readonly findNad: (nad: PodNetworkRequest["nad"]) => NetworkAttachment | undefined;
  readonly network: Pick<NodeNetwork, "defaults">;
  readonly settings: IpamSettings;
  readonly client: Client;
  readonly signal: AbortSignal;
}): Promise<SelectionFacts> {
  const { pod, nodeName, requests, findNad, network, settings, client, signal } = options;
  const { namespace = "", name = "", labels = {}, annotations = {} } = pod.metadata;
  const nics = await Promise.all(
    requests.map(async ({ ifName, nad, deviceId }): Promise<PodNic> => {
      const plugin = findAsking(findNad(nad), network.defaults);
      const master = plugin && (await findMaster(plugin, deviceId));
      return { ifName, nad, usesPools: plugin !== undefined, ...(master && { master }) };
    }),
  );
  const [space, node, reserved] = nics.some((nic) => nic.usesPools)
    ? await Promise.all([
        client.find(Namespace, { name: namespace }, { signal }),
        client.find(Node, { name: nodeName }, { signal }),
        client.list(SpiderReservedIP, { signal }),
      ])
    : [];
  return {
    pod: { namespace, name, labels, annotations },
    namespace: { labels: space?.metadata.labels ?? {}, annotations: space?.metadata.annotations ?? {} },
    node: { name: nodeName, labels: node?.metadata.labels ?? {} },
    nics,
    settings,
    reserved: (reserved?.items ?? []).flatMap(({ spec }) => reservedRanges(spec?.ips ?? [])),
  };
}

/** The plugin of a network that asks our IPAM plugin for something else than an address of the node's own range. */
function findAsking(
  nad: NetworkAttachment | undefined,
  defaults: NodeNetwork["defaults"],
): Readonly<Record<string, unknown>> | undefined {
  if (!nad) return undefined;
  try {
    return renderCniConfig(nad, defaults).plugins.find((plugin) => {
      const ipam = ipamSection(plugin);
      const isNamed = "default_ipv4_ippool" in ipam || "default_ipv6_ippool" in ipam;
      return ipam["type"] === "spiderpool" && (isNamed || plugin["bridge"] !== defaults.bridge);
    });
  } catch {
    return undefined; // attaching it says what is wrong with it
  }
}
