import type { PodInterface } from "../binding/types.ts";
import { type CachedAttachment, listCached } from "../cni/cache.ts";
import { deleteNetwork } from "../cni/chain.ts";
import { withRequest } from "../cni/render/capability-args.ts";
import { tidyNetworks } from "../cni/tidy.ts";
import type { CniResult } from "../cni/types.ts";
import { observeLinks } from "../link/namespace.ts";
import type { PodNetworkRequest } from "../pod-networks/types.ts";
import { type NetworkAttachment, renderCniConfig } from "../render/cni-config.ts";
import { attachInterface } from "./attach-interface.ts";
import type { NodeNetwork } from "./node-network.ts";
import type { PodMacs } from "./pod-mac.ts";
import { settleDefaultRoute } from "./settle-default-route.ts";

/** Whose interfaces they are, and where. */
export interface PodPlace {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly netnsPath: string;
  /** Short number of the guest, for names on the host. */
  readonly number: number;
  /** Its owner's MACs, which stay from pod to pod; absent: every pod gets new ones. */
  readonly macs?: PodMacs | undefined;
}

/** One interface of a pod, attached. */
export interface AttachedInterface extends PodInterface {
  readonly nad: { readonly namespace: string; readonly name: string };
  readonly isDefault: boolean;
  /** What the plugins say of names, beside what the machine knows. */
  readonly dns: { readonly nameservers: readonly string[]; readonly search: readonly string[] };
}

/** What is known of an attached interface: by what was asked, what there is, and what its plugins said. */
export function describeAttached(
  { nad, isDefault }: PodNetworkRequest,
  podInterface: PodInterface,
  { dns: { nameservers = [], search = [] } }: Pick<CniResult, "dns">,
): AttachedInterface {
  return { ...podInterface, nad, isDefault, dns: { nameservers, search } };
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
  await forgetVanished(network, pod, signal);
  const results: CniResult[] = [];
  for (const [index, request] of requests.entries()) {
    const nad = findNad(request.nad);
    if (!nad) {
      const { namespace, name } = request.nad;
      throw new Error(
        `Cannot attach interface "${request.ifName}": there is no network-attachment-definition "${namespace}/${name}"`,
      );
    }
    const config = withRequest(renderCniConfig(nad, network.defaults), request);
    results.push(await attachInterface(network, pod, { request, index, config, signal }));
  }
  const names = requests.map(({ ifName }) => ifName);
  const interfaces = await settleDefaultRoute(pod.netnsPath, requests, names, signal);
  for (const { name, mac } of interfaces) await pod.macs?.remember(name, mac);
  return interfaces.flatMap((podInterface, index) => {
    const [request, result] = [requests[index], results[index]];
    if (!request || !result) return [];
    return [describeAttached(request, podInterface, result)];
  });
}

/** An interface that went meanwhile, with its parent or by hand, is made anew: what is noted of it is undone first. */
async function forgetVanished(
  network: Pick<NodeNetwork, "cni">,
  pod: PodPlace,
  signal: AbortSignal | undefined,
): Promise<void> {
  const finished = (await listCached(network.cni.resultsDir, pod.uid)).filter(({ result }) => result !== undefined);
  if (finished.length === 0) return;
  const links = await observeLinks(pod.netnsPath, signal);
  const gone = finished.filter(({ attachment }) => !links.some(({ name }) => name === attachment.ifName));
  const [failure] = await detachAll(network, gone, signal);
  if (failure) throw failure;
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
 * Tries again what earlier detaching could not do: attachments of pods that are no more. Then lets plugins tidy up what belongs to no
 * attachment at all.
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
  return [...(await detachAll(network, left, signal)), ...(await tidyNetworks(network.cni, signal))];
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
