import { NetworkAttachmentDefinition } from "@peapod/api";
import type { Client, Log } from "@peapod/machinery";
import {
  attachPod,
  detachLeftovers,
  detachPod,
  type NetworkAttachment,
  type NodeNetwork,
  type PodIdentity,
  type PodReference,
  planPodNetworks,
} from "@peapod/network";
import type { SandboxStore } from "../sandbox/store.ts";
import type { PodNetworks } from "./ports.ts";
import { renderPodDns } from "./render/dns.ts";

/** CNI for launcher pods: their annotations name NetworkAttachmentDefinitions, whose plugins this node calls. */
export function createPodNetworks(network: NodeNetwork, client: Client, log: Log): PodNetworks {
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
      const find = ({ namespace, name }: { readonly namespace: string; readonly name: string }) =>
        nads.get(`${namespace}/${name}`);
      const attached = await attachPod(network, place, requests, find, signal);
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
 * Whose pod asks for an address. The VM owns it and keeps it from pod to pod; the addresses controller gives it back when the VM is
 * gone.
 *
 * @returns undefined where no sandbox of this node has that uid
 */
export function identifyPod(sandboxes: SandboxStore, nodeName: string) {
  return async ({ containerId }: PodReference): Promise<PodIdentity | undefined> => {
    const sandbox = sandboxes.list().find(({ podUid }) => podUid === containerId);
    if (!sandbox) return undefined;
    return {
      owner: { namespace: sandbox.podNamespace, name: sandbox.vmiName },
      holder: { podUid: sandbox.podUid, podName: sandbox.podName, node: nodeName },
      isKept: true,
    };
  };
}
