import type { Ipam } from "./ipam.ts";
import type { AllocateRequest, Assignment, Holder, Owner } from "./types.ts";

/** One call of our IPAM plugin, as it reaches the agent. */
export interface IpamCall {
  readonly command: string;
  readonly containerId: string;
  readonly netns: string;
  readonly ifName: string;
  /** CNI_ARGS, parsed. */
  readonly args: Readonly<Record<string, string>>;
  /** Standard input: the network's configuration with its `ipam` section. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Whose interface it is. */
export interface PodIdentity {
  /** The VM, or the pod itself. */
  readonly owner: Omit<Owner, "interface">;
  readonly holder: Holder;
  /** True: the address outlives the pod, and DEL leaves it alone; whoever sees the VM go releases it. */
  readonly isKept: boolean;
}

export interface IpamCallContext {
  readonly ipam: Ipam;
  /** Finds out whose pod that is; undefined: no such pod. */
  readonly identify: (pod: PodReference) => Promise<PodIdentity | undefined>;
  /** Pools for an interface whose network names none, one list for each address. */
  readonly defaultPools: readonly (readonly string[])[];
}

export interface PodReference {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly containerId: string;
}

export type IpamAnswer =
  | { readonly status: 200; readonly body: unknown }
  | { readonly status: 400 | 500; readonly body: unknown };

const supportedVersions = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];

/**
 * Answers one call as the CNI specification wants it of an IPAM plugin: ADD gives addresses, routes and no interfaces; DEL
 * succeeds also when there is nothing to give back; CHECK fails when the address is not the owner's.
 */
export async function answerIpamCall(call: IpamCall, context: IpamCallContext): Promise<IpamAnswer> {
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
  try {
    const identity = await context.identify({ namespace, name, uid: uid ?? "", containerId: call.containerId });
    if (call.command === "DEL") {
      if (identity && !identity.isKept) {
        await context.ipam.release({ ...identity.owner, interface: call.ifName }, { podUid: identity.holder.podUid });
      }
      return { status: 200, body: undefined };
    }
    if (!identity) return refuse(3, `there is no pod "${namespace}/${name}" on this node`);
    const owner = { ...identity.owner, interface: call.ifName };
    if (call.command === "CHECK") {
      const isHeld = context.ipam.list(owner).some((held) => held.owner.interface === call.ifName);
      return isHeld
        ? { status: 200, body: undefined }
        : refuse(101, `"${owner.namespace}/${owner.name}/${call.ifName}" holds no address`);
    }
    const request = { owner, holder: identity.holder, candidates: candidatesOf(call, context) };
    return { status: 200, body: renderIpamResult(await context.ipam.allocate(request), cniVersion) };
  } catch (error) {
    return {
      status: 500,
      body: { cniVersion, code: 100, msg: error instanceof Error ? error.message : String(error) },
    };
  }
}

/** The pools that the network's `ipam` section names, else the node's own. */
function candidatesOf({ config }: IpamCall, { defaultPools }: IpamCallContext): AllocateRequest["candidates"] {
  const ipam = typeof config["ipam"] === "object" && config["ipam"] !== null ? config["ipam"] : {};
  const named = [listOf(ipam, "default_ipv4_ippool"), listOf(ipam, "default_ipv6_ippool")].filter(
    (names) => names.length > 0,
  );
  return named.length > 0 ? named : defaultPools;
}

function listOf(section: object, key: string): readonly string[] {
  const value: unknown = key in section ? (section as Record<string, unknown>)[key] : undefined;
  return Array.isArray(value) ? value.map(String) : [];
}

/** An IPAM plugin's result: no interfaces; the default route through the pool's gateway, then the pool's own. */
function renderIpamResult(assignments: readonly Assignment[], cniVersion: string): unknown {
  const isOld = cniVersion.startsWith("0.");
  const familyOf = (address: string): "4" | "6" => (address.includes(":") ? "6" : "4");
  return {
    cniVersion,
    ips: assignments.map(({ address, gateway }) => ({
      ...(isOld && { version: familyOf(address) }),
      address,
      ...(gateway !== undefined && { gateway }),
    })),
    routes: assignments.flatMap(({ address, gateway, routes }) => [
      ...(gateway === undefined ? [] : [{ dst: familyOf(address) === "4" ? "0.0.0.0/0" : "::/0", gw: gateway }]),
      ...routes.map(({ destination, gateway: gw }) => ({ dst: destination, gw })),
    ]),
    dns: {},
  };
}
