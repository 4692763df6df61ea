import { bridgesOf } from "../cni/bridges-of.ts";
import { listCached } from "../cni/cache.ts";
import { deleteNetwork } from "../cni/chain.ts";
import { ipamSection } from "../cni/ipam-section.ts";
import { withRequest } from "../cni/render/capability-args.ts";
import type { CniNetwork } from "../cni/types.ts";
import { linkNames } from "../link/link-names.ts";
import { applyBatch, observeLinks } from "../link/namespace.ts";
import type { Link } from "../link/types.ts";
import type { PodNetworkRequest } from "../pod-networks/types.ts";
import { bindingNames } from "../render/binding/names.ts";
import { type NetworkAttachment, renderCniConfig } from "../render/cni-config.ts";
import { attachInterface } from "./attach-interface.ts";
import { readMadeBridges } from "./made-bridges.ts";
import type { NodeNetwork } from "./node-network.ts";
import { type AttachedInterface, describeAttached, type PodPlace } from "./pod-attachment.ts";
import { settleDefaultRoute } from "./settle-default-route.ts";

export interface ReattachRequest {
  /** All that the pod asks for. */
  readonly requests: readonly PodNetworkRequest[];
  readonly ifName: string;
  /** Its network as it is now; undefined: gone, and what it was when the pod was attached counts. */
  readonly nad: NetworkAttachment | undefined;
  /** What it had, with prefix length. */
  readonly addresses: readonly string[];
  /** The network lost the pod, whose own link is there: that goes too. */
  readonly isCut: boolean;
}

/**
 * Attaches a standing pod's interface once more, after it went, or after its network lost it: DEL of what is noted of it, then ADD, with
 * the MAC and the address that it had. What a binding has put in its place gives way; the binding is wired again afterwards. May be
 * repeated after a death at any point; the pod's other interfaces are not touched.
 *
 * @throws {CniError} {InvalidSpecError}
 * @throws {Error} naming the link that has to come back first
 */
export async function reattachInterface(
  network: Pick<NodeNetwork, "cni" | "defaults" | "instance">,
  pod: PodPlace,
  { requests, ifName, nad, addresses, isCut }: ReattachRequest,
  signal?: AbortSignal,
): Promise<AttachedInterface> {
  const { netnsPath } = pod;
  const index = requests.findIndex((candidate) => candidate.ifName === ifName);
  const request = requests[index];
  if (!request) throw new Error(`Cannot attach interface "${ifName}": its pod does not ask for it any more`);
  const cached = (await listCached(network.cni.resultsDir, pod.uid)).find(
    ({ attachment }) => attachment.ifName === ifName,
  );
  const config = nad ? withRequest(renderCniConfig(nad, network.defaults), request) : cached?.network;
  const key = `${request.nad.namespace}/${request.nad.name}`;
  if (!config)
    throw new Error(`Cannot attach interface "${ifName}": there is no network-attachment-definition "${key}"`);
  const made = await readMadeBridges(network.defaults.stateDir);
  const missing = findMissing(config, await linkNames(), new Set([network.defaults.bridge, ...made]));
  if (missing !== undefined) {
    throw new Error(
      `Cannot attach interface "${ifName}" to network "${key}" again: its ${missing.what} "${missing.link}" is not on this node; when it is back, so is the guest's network`,
    );
  }
  const isThere = await makeRoom(netnsPath, ifName, isCut, signal);
  const runtime = network.cni;
  if (cached && (isCut || !isThere)) await deleteNetwork(cached.network, cached.attachment, { runtime, signal });
  const address = addressToAsk(config, addresses);
  const result = await attachInterface(network, pod, { request, index, config, address, signal });
  // Routes of other interfaces may be their guests' by now.
  const [podInterface] = await settleDefaultRoute(netnsPath, requests, [ifName], signal);
  if (!podInterface) throw new Error(`Cannot find interface "${ifName}" in the pod's network namespace`);
  await pod.macs?.remember(ifName, podInterface.mac);
  return describeAttached(request, podInterface, result);
}

/**
 * The link that the network's interfaces are made on, where it is missing. `ifacer` makes such links itself.
 *
 * @param links  names of the node's links
 * @param madeBridges  those that a plugin makes, not their owner
 */
export function findMissing(
  network: CniNetwork,
  links: ReadonlySet<string>,
  madeBridges: ReadonlySet<string>,
): { readonly what: "parent interface" | "bridge"; readonly link: string } | undefined {
  const bridge = bridgesOf(network).find((name) => !links.has(name) && !madeBridges.has(name));
  if (bridge !== undefined) return { what: "bridge", link: bridge };
  const { plugins } = network;
  if (plugins.some(({ type }) => type === "ifacer")) return undefined;
  const parent = plugins
    .flatMap(({ type, master }) => (onParents.has(type) && typeof master === "string" ? [master] : []))
    .find((master) => master !== "" && !links.has(master));
  return parent === undefined ? undefined : { what: "parent interface", link: parent };
}

const onParents = new Set(["macvlan", "ipvlan", "vlan", "macvtap"]);

/** @returns whether the pod's interface is there, under its own name */
async function makeRoom(
  netnsPath: string,
  ifName: string,
  isCut: boolean,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const links = await observeLinks(netnsPath, signal);
  const lines = planRoom(links, ifName, isCut);
  if (lines.length > 0) await applyBatch(netnsPath, { make: lines }, signal);
  const { nic } = bindingNames(ifName);
  const isMoved = links.some(({ name }) => name === nic);
  const isShown = lines.includes(`link delete ${ifName}`);
  return isMoved ? isCut : !isShown && links.some(({ name }) => name === ifName);
}

/** Lines that take away what stands in for the pod's interface, and give that its own name back for its plugin to find. */
export function planRoom(links: readonly Link[], ifName: string, isCut: boolean): readonly string[] {
  const { nic, standInPeer } = bindingNames(ifName);
  const has = (wanted: string): boolean => links.some(({ name }) => name === wanted);
  const isMoved = has(nic);
  if (isMoved && !isCut) return [];
  const own = links.find(({ name }) => name === ifName);
  const isStandIn = own !== undefined && (isMoved || own.kind === "dummy" || has(standInPeer));
  return [
    ...(isStandIn ? [`link delete ${ifName}`] : []),
    ...(isMoved ? [`link set ${nic} down nomaster`, `link set ${nic} name ${ifName}`] : []),
  ];
}

/** Where a plugin gives out the next one in turn. */
function addressToAsk({ plugins }: CniNetwork, addresses: readonly string[]): string | undefined {
  const isInTurn = plugins.some((plugin) => ipamSection(plugin)["type"] === "host-local");
  return isInTurn ? addresses.find((address) => !address.includes(":"))?.replace(/\/.*/, "") : undefined;
}
