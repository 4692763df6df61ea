import { formatError } from "@peapod/machinery";
import type { OwnPluginAnswer, OwnPluginCall } from "../cni/own-plugin.ts";
import { type AddressReport, giveAddresses, type Probes } from "./give-addresses.ts";
import type { Ipam } from "./ipam.ts";
import { renderIpamResult } from "./render/ipam-result.ts";
import type { SelectionFacts } from "./selection/facts.ts";
import type { Holder, Owner, PoolDefinition } from "./types.ts";

/** One call of our IPAM plugin, as it reaches the agent. */
export type IpamCall = OwnPluginCall;
export type IpamAnswer = OwnPluginAnswer;

/** Whose interface it is. */
export interface PodIdentity {
  /** The VM, or the pod itself. */
  readonly owner: Omit<Owner, "kind">;
  readonly holder: Holder;
  /** True: the addresses are the VM's and outlive the pod, DEL leaves them alone; whoever sees the VM go releases them. */
  readonly isKept: boolean;
  /** What decides which pools it gets; undefined: its network names them, or it gets the node's own. */
  readonly selection?: SelectionFacts | undefined;
}

export interface IpamCallContext {
  readonly ipam: Ipam;
  /** Finds out whose pod that is; undefined: no such pod. */
  readonly identify: (pod: PodReference) => Promise<PodIdentity | undefined>;
  /** The node's own pools, one list for each address: for what is attached to the bridge of its pods and names no pools. */
  readonly defaultPools: readonly (readonly string[])[];
  /** That bridge. Undefined: whatever names no pools gets the node's own. */
  readonly podBridge?: string | undefined;
  /** Looks on the wire for others. */
  readonly probes?: Probes | undefined;
  /** Tells people what became of an address. */
  readonly report?: ((pod: PodReference, said: AddressReport) => void) | undefined;
  /** The node whose agent gives out addresses of SpiderIPPools; undefined: this one does. */
  readonly poolsElsewhere?: (() => string | undefined) | undefined;
  /** Looks for a pool that was made a moment ago. */
  readonly findPool?: ((name: string) => Promise<PoolDefinition | undefined>) | undefined;
}

export interface PodReference {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly containerId: string;
}

const supportedVersions = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];

/**
 * Answers one call as the CNI specification wants it of an IPAM plugin: ADD gives addresses, routes and no interfaces; DEL
 * succeeds also when there is nothing to give back; CHECK fails when the address is not the owner's.
 */
export async function answerIpamCall(
  call: IpamCall,
  context: IpamCallContext,
  signal: AbortSignal = new AbortController().signal,
): Promise<IpamAnswer> {
  const cniVersion = typeof call.config["cniVersion"] === "string" ? call.config["cniVersion"] : "0.3.1";
  const refuse = (code: number, msg: string): IpamAnswer => ({ status: 400, body: { cniVersion, code, msg } });
  if (call.command === "VERSION") return { status: 200, body: { cniVersion: "1.1.0", supportedVersions } };
  if (!supportedVersions.includes(cniVersion)) return refuse(1, `cniVersion ${cniVersion} is not spoken here`);
  if (call.command === "STATUS" || call.command === "GC") return { status: 200, body: undefined };
  if (!["ADD", "DEL", "CHECK"].includes(call.command)) return refuse(4, `unknown CNI_COMMAND: ${call.command}`);
  const { K8S_POD_NAMESPACE: namespace, K8S_POD_NAME: name, K8S_POD_UID: uid } = call.args;
  if (!call.containerId || !call.ifName) return refuse(4, "CNI_CONTAINERID and CNI_IFNAME must be set");
  if (!namespace || !name) {
    return call.command === "DEL"
      ? { status: 200, body: undefined }
      : refuse(7, "CNI_ARGS must name K8S_POD_NAMESPACE and K8S_POD_NAME");
  }
  const pod = { namespace, name, uid: uid ?? "", containerId: call.containerId };
  try {
    const identity = await context.identify(pod);
    const owner = identity && ownerOf(identity);
    if (call.command === "DEL") {
      if (owner && !identity.isKept) {
        await context.ipam.release({ ...owner, interface: call.ifName }, { podUid: identity.holder.podUid });
      }
      return { status: 200, body: undefined };
    }
    if (!owner) return refuse(3, `there is no pod "${namespace}/${name}" on this node`);
    if (call.command === "CHECK") {
      const isHeld = context.ipam.list({ owner }).some((held) => held.owner.interface === call.ifName);
      return isHeld
        ? { status: 200, body: undefined }
        : refuse(101, `"${owner.namespace}/${owner.name}/${call.ifName}" holds no address`);
    }
    const given = await giveAddresses({ call, pod, owner, identity, context, signal });
    return { status: 200, body: renderIpamResult(given, cniVersion) };
  } catch (error) {
    return { status: 500, body: { cniVersion, code: 100, msg: formatError(error) } };
  }
}

export function ownerOf({ owner, isKept }: Pick<PodIdentity, "owner" | "isKept">): Owner {
  return { kind: isKept ? "vm" : "pod", namespace: owner.namespace, name: owner.name };
}
