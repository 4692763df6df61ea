import { bridgesOf } from "../cni/bridges-of.ts";
import { addNetwork } from "../cni/chain.ts";
import { renderCapabilityArgs } from "../cni/render/capability-args.ts";
import type { CniNetwork, CniResult } from "../cni/types.ts";
import { linkNames } from "../link/link-names.ts";
import type { PodNetworkRequest } from "../pod-networks/types.ts";
import { hostLinkName, madeLinkName } from "../render/host-names.ts";
import { noteMadeBridges } from "./made-bridges.ts";
import { nameHostLinks } from "./name-links.ts";
import type { NodeNetwork } from "./node-network.ts";
import type { PodPlace } from "./pod-attachment.ts";
import { settleMac, sharesMac } from "./pod-mac.ts";

export interface AttachOptions {
  readonly request: PodNetworkRequest;
  /** Position among the pod's interfaces, for names on the host. */
  readonly index: number;
  readonly config: CniNetwork;
  /** The address that it had a moment ago: plugins that give out the next one in turn are asked for it. */
  readonly address?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Attaches one interface of a pod, and names what came to be on the host. One that is attached already is left alone. Its MAC is the
 * one that is asked for, else the one that it had before: told to the plugins, and set where they do not listen.
 *
 * @throws {CniError}
 */
export async function attachInterface(
  network: Pick<NodeNetwork, "cni" | "defaults" | "instance">,
  pod: PodPlace,
  { request, index, config, address, signal }: AttachOptions,
): Promise<CniResult> {
  const { netnsPath } = pod;
  const { ifName } = request;
  const before = await linkNames();
  const wanted = request.mac ?? (await pod.macs?.recall(ifName))?.toLowerCase();
  const mac = sharesMac(config) ? undefined : wanted;
  const attachment = {
    containerId: pod.uid,
    netnsPath,
    ifName,
    args: {
      K8S_POD_NAMESPACE: pod.namespace,
      K8S_POD_NAME: pod.name,
      K8S_POD_INFRA_CONTAINER_ID: pod.uid,
      K8S_POD_UID: pod.uid,
      ...(mac !== undefined && { MAC: mac }),
      ...(address !== undefined && { IP: address }),
    },
    capabilityArgs: renderCapabilityArgs(request, mac),
  };
  const onMade = (made: CniResult): Promise<CniResult> => settleMac(made, { netnsPath, ifName }, mac, signal);
  const result = await addNetwork(config, attachment, { runtime: network.cni, signal, onMade });
  const outer = result.interfaces.find(({ sandbox, name }) => sandbox === undefined && name.startsWith("veth"))?.name;
  const made = bridgesOf(config).filter((name) => !before.has(name) && name !== network.defaults.bridge);
  await noteMadeBridges(network.defaults.stateDir, made);
  await nameHostLinks(
    [
      ...(outer === undefined ? [] : [[outer, hostLinkName(network.instance, pod.number, index)] as const]),
      ...made.map((name) => [name, madeLinkName(network.instance, name)] as const),
    ],
    signal,
  );
  return result;
}
