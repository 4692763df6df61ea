import { NetworkAttachmentDefinition } from "@peapod/api";
import { type Client, formatError, type Log } from "@peapod/machinery";
import {
  type AttachedInterface,
  attachPod,
  detachLeftovers,
  detachPod,
  type IpamSettings,
  type NetworkAttachment,
  type NodeNetwork,
  type Owner,
  type PodNetworkRequest,
  planExact,
  planPodNetworks,
  type SelectionFacts,
} from "@peapod/network";
import type { PodOwners } from "./pod-owners.ts";
import type { PodNetworks } from "./ports.ts";
import { renderPodDns } from "./render/dns.ts";
import { readSelectionFacts } from "./selection-facts.ts";

export interface PodNetworksDeps {
  readonly network: NodeNetwork;
  readonly client: Client;
  readonly nodeName: string;
  readonly owners: PodOwners;
  readonly settings: () => IpamSettings;
  readonly log: Log;
}

/** CNI for launcher pods: their annotations name NetworkAttachmentDefinitions, whose plugins this node calls. */
export function createPodNetworks(deps: PodNetworksDeps): PodNetworks {
  const { network, client, owners, log } = deps;
  return {
    async attach(pod, sandbox, signal) {
      const requests = planPodNetworks({
        namespace: sandbox.podNamespace,
        annotations: pod.metadata.annotations ?? {},
      });
      const nads = new Map<string, NetworkAttachment | undefined>();
      for (const { nad } of requests) {
        nads.set(`${nad.namespace}/${nad.name}`, await client.find(NetworkAttachmentDefinition, nad, { signal }));
      }
      const place = {
        namespace: sandbox.podNamespace,
        name: sandbox.podName,
        uid: sandbox.podUid,
        netnsPath: sandbox.netnsPath,
        number: sandbox.number,
      };
      const findNad = ({ namespace, name }: PodNetworkRequest["nad"]) => nads.get(`${namespace}/${name}`);
      const facts = await readSelectionFacts({ ...deps, pod, requests, findNad, settings: deps.settings(), signal });
      const owner = owners.ownerOf(sandbox);
      const withMacs = await rememberedMacs(deps, owner, requests, facts);
      using _ = owners.asks(sandbox.podUid, facts);
      const attached = await attachPod(network, place, withMacs, findNad, signal);
      await rememberMacs(deps, owner, attached);
      return attached.map(({ dns, ...one }) => ({ ...one, dns: renderPodDns(pod.spec, network.resolvers, dns) }));
    },
    async detach(sandbox) {
      const pod = `${sandbox.podNamespace}/${sandbox.podName}`;
      for (const error of await detachPod(network, sandbox.podUid)) {
        log.warn("network not detached by its plugin", { pod, error });
      }
    },
    async tidy(isStanding) {
      for (const error of await detachLeftovers(network, isStanding)) {
        log.warn("network of a former pod not detached by its plugin", { error });
      }
    },
  };
}

/**
 * The MACs that interfaces are to have: what the pod's networks say, what the pod asks for, or the one that its owner had before.
 *
 * @throws {AddressUnavailableError} what it asks for is another interface's
 */
async function rememberedMacs(
  { network }: PodNetworksDeps,
  owner: Owner,
  requests: readonly PodNetworkRequest[],
  facts: SelectionFacts,
): Promise<readonly PodNetworkRequest[]> {
  const macs = network.ipam.macsOf(owner);
  const wanted: PodNetworkRequest[] = [];
  for (const request of requests) {
    const asked = planExact(request.ifName, facts)?.mac;
    if (asked !== undefined) await network.ipam.putMac({ ...owner, interface: request.ifName }, asked);
    wanted.push({ ...request, mac: asked ?? request.mac ?? macs.get(request.ifName) });
  }
  return wanted;
}

/** What came of it is what the owner's next pod gets. Interfaces that share a MAC (ipvlan) have none of their own to keep. */
async function rememberMacs(
  { network, log }: PodNetworksDeps,
  owner: Owner,
  attached: readonly AttachedInterface[],
): Promise<void> {
  for (const { name, mac } of attached) {
    await network.ipam.putMac({ ...owner, interface: name }, mac).catch((error: unknown) => {
      log.debug("mac not remembered", {
        vm: `${owner.namespace}/${owner.name}`,
        interface: name,
        error: formatError(error),
      });
    });
  }
}
