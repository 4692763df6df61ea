import { NetworkAttachmentDefinition, type Pod } from "@peapod/api";
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
  type PodMacs,
  type PodNetworkRequest,
  planExact,
  planPodNetworks,
  reattachInterface,
  type SelectionFacts,
} from "@peapod/network";
import type { Sandbox, SandboxInterface } from "../sandbox/types.ts";
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
  const { network, owners, log } = deps;
  const withDns = ({ spec }: Pod, { dns, ...one }: AttachedInterface): SandboxInterface => ({
    ...one,
    dns: renderPodDns(spec, network.resolvers, dns),
  });
  return {
    async attach(pod, sandbox, signal) {
      const { place, requests, findNad, facts } = await readWishes(deps, pod, sandbox, signal);
      using _ = owners.asks(sandbox.podUid, facts);
      const attached = await attachPod(network, place, requests, findNad, signal);
      return attached.map((one) => withDns(pod, one));
    },
    async reattach(pod, sandbox, { ifName, isCut }, signal) {
      const { place, requests, findNad, facts } = await readWishes(deps, pod, sandbox, signal);
      const key = requests.find((request) => request.ifName === ifName)?.nad;
      using _ = owners.asks(sandbox.podUid, facts);
      const { addresses = [] } = sandbox.interfaces.find(({ name }) => name === ifName) ?? {};
      const wanted = { requests, ifName, nad: key && findNad(key), addresses, isCut };
      return withDns(pod, await reattachInterface(network, place, wanted, signal));
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

/** What a pod asks of its networks, and what decides its addresses. */
async function readWishes(deps: PodNetworksDeps, pod: Pod, sandbox: Sandbox, signal: AbortSignal) {
  const { client, owners } = deps;
  const { podNamespace: namespace, podName: name, podUid: uid, netnsPath, number } = sandbox;
  const requests = planPodNetworks({ namespace, annotations: pod.metadata.annotations ?? {} });
  const nads = new Map<string, NetworkAttachment | undefined>();
  for (const { nad } of requests) {
    nads.set(`${nad.namespace}/${nad.name}`, await client.find(NetworkAttachmentDefinition, nad, { signal }));
  }
  const findNad = (key: PodNetworkRequest["nad"]) => nads.get(`${key.namespace}/${key.name}`);
  const facts = await readSelectionFacts({ ...deps, pod, requests, findNad, settings: deps.settings(), signal });
  const macs = createPodMacs(deps, owners.ownerOf(sandbox), facts);
  return { place: { namespace, name, uid, netnsPath, number, macs }, requests, findNad, facts };
}

/**
 * The MAC of an interface is what its pod asks for, which is refused where it is another interface's, or the one that its owner had
 * before. Interfaces that share a MAC (ipvlan) have none of their own to keep.
 */
function createPodMacs({ network, log }: PodNetworksDeps, owner: Owner, facts: SelectionFacts): PodMacs {
  const { ipam } = network;
  return {
    recall: async (ifName) => {
      const asked = planExact(ifName, facts)?.mac;
      if (asked === undefined) return ipam.macsOf(owner).get(ifName);
      await ipam.putMac({ ...owner, interface: ifName }, asked);
      return asked;
    },
    remember: async (ifName, mac) => {
      await ipam.putMac({ ...owner, interface: ifName }, mac).catch((error: unknown) => {
        const vm = `${owner.namespace}/${owner.name}`;
        log.debug("mac not remembered", { vm, interface: ifName, error: formatError(error) });
      });
    },
  };
}
