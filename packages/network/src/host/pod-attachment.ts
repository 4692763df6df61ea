import { ProgramError, run } from "@peapod/machinery/node";
import type { PodInterface } from "../binding/types.ts";
import { type CachedAttachment, listCached } from "../cni/cache.ts";
import { addNetwork, deleteNetwork } from "../cni/chain.ts";
import type { CniNetwork, CniResult } from "../cni/types.ts";
import { linkNames } from "../link/link-names.ts";
import { observePodInterfaces } from "../link/pod-interface.ts";
import type { PodNetworkRequest } from "../pod-networks/plan.ts";
import { type NetworkAttachment, renderCniConfig } from "../render/cni-config.ts";
import { hostLinkName, madeLinkName } from "../render/host-names.ts";
import type { NodeNetwork } from "./node-network.ts";

/** Whose interfaces they are, and where. */
export interface PodPlace {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly netnsPath: string;
  /** Short number of the guest, for names on the host. */
  readonly number: number;
}

/** One interface of a pod, attached. */
export interface AttachedInterface extends PodInterface {
  readonly nad: { readonly namespace: string; readonly name: string };
  readonly isDefault: boolean;
  /** What the plugins say of names, beside what the machine knows. */
  readonly dns: { readonly nameservers: readonly string[]; readonly search: readonly string[] };
}

/**
 * Attaches a pod to its networks, in order, and looks at what came of it. Safe to repeat. When one fails those before it stay, to
 * be found by the next attempt or by `detachPod`.
 *
 * @param findNad  undefined: there is no such network
 * @throws {CniError} {InvalidSpecError}
 */
export async function attachPod(
  network: Pick<NodeNetwork, "cni" | "defaults" | "instance">,
  pod: PodPlace,
  requests: readonly PodNetworkRequest[],
  findNad: (key: PodNetworkRequest["nad"]) => NetworkAttachment | undefined,
  signal?: AbortSignal,
): Promise<readonly AttachedInterface[]> {
  const results: CniResult[] = [];
  for (const [index, request] of requests.entries()) {
    const nad = findNad(request.nad);
    if (!nad) {
      const { namespace, name } = request.nad;
      throw new Error(
        `Cannot attach interface "${request.ifName}": there is no network-attachment-definition "${namespace}/${name}"`,
      );
    }
    const attachment = {
      containerId: pod.uid,
      netnsPath: pod.netnsPath,
      ifName: request.ifName,
      args: {
        K8S_POD_NAMESPACE: pod.namespace,
        K8S_POD_NAME: pod.name,
        K8S_POD_INFRA_CONTAINER_ID: pod.uid,
        K8S_POD_UID: pod.uid,
      },
      capabilityArgs: {
        ...(request.mac !== undefined && { mac: request.mac }),
        ...(request.ips.length > 0 && { ips: request.ips }),
      },
    };
    const options = { runtime: network.cni, signal };
    const config = renderCniConfig(nad, network.defaults);
    const before = await linkNames();
    const result = await addNetwork(config, attachment, options);
    const veth = result.interfaces.find(({ sandbox, name }) => sandbox === undefined && name.startsWith("veth"))?.name;
    const made = bridgesOf(config).filter((name) => !before.has(name) && name !== network.defaults.bridge);
    await nameHostLinks(
      [
        ...(veth === undefined ? [] : [[veth, hostLinkName(network.instance, pod.number, index)] as const]),
        ...made.map((name) => [name, madeLinkName(network.instance, name)] as const),
      ],
      signal,
    );
    results.push(result);
  }
  const names = requests.map(({ ifName }) => ifName);
  const interfaces = await observePodInterfaces(pod.netnsPath, names, signal);
  return interfaces.flatMap((podInterface, index) => {
    const [request, result] = [requests[index], results[index]];
    if (!request || !result) return [];
    const { nameservers = [], search = [] } = result.dns;
    return [{ ...podInterface, nad: request.nad, isDefault: request.isDefault, dns: { nameservers, search } }];
  });
}

/**
 * Detaches a pod from everything it was ever attached to, last first. Goes on after a failure: with the namespace goes what a
 * plugin could not take away, and its cache stays to try again.
 *
 * @returns what failed
 */
export async function detachPod(
  network: Pick<NodeNetwork, "cni">,
  podUid: string,
  signal?: AbortSignal,
): Promise<readonly Error[]> {
  return await detachAll(network, (await listCached(network.cni.resultsDir, podUid)).toReversed(), signal);
}

/**
 * Tries again what earlier detaching could not do: attachments of pods that are no more.
 *
 * @returns what failed this time
 */
export async function detachLeftovers(
  network: Pick<NodeNetwork, "cni">,
  isStanding: (podUid: string) => boolean,
  signal?: AbortSignal,
): Promise<readonly Error[]> {
  const cached = await listCached(network.cni.resultsDir);
  const left = cached.filter(({ attachment }) => !isStanding(attachment.containerId));
  return await detachAll(network, left, signal);
}

async function detachAll(
  network: Pick<NodeNetwork, "cni">,
  attachments: readonly CachedAttachment[],
  signal: AbortSignal | undefined,
): Promise<readonly Error[]> {
  const failures: Error[] = [];
  for (const cached of attachments) {
    try {
      await deleteNetwork(cached.network, cached.attachment, { runtime: network.cni, signal });
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(error instanceof Error ? error : new Error(String(error)));
    }
  }
  return failures;
}

/** Bridges that plugins make when they are not there, and never take away. */
function bridgesOf({ plugins }: CniNetwork): readonly string[] {
  return plugins.flatMap(({ type, bridge }) => (type === "bridge" && typeof bridge === "string" ? [bridge] : []));
}

/** Plugins choose names on the host, or users do. Ours are put beside them, so that an audit knows what is here because of us. */
async function nameHostLinks(
  links: readonly (readonly [link: string, name: string])[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [link, name] of links) {
    await run(["ip", "link", "property", "add", "dev", link, "altname", name], { signal, timeoutMs: 20_000 }).catch(
      (error: unknown) => {
        if (error instanceof ProgramError && /File exists/.test(error.stderr)) return; // it was named by an earlier attempt
        throw error;
      },
    );
  }
}
