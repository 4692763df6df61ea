import type { IpFamily, IpRange } from "@peapod/api";
import type { LabelSelectorObject } from "@peapod/machinery";

/** Who addresses belong to: a VM (a VMI, where there is no VM), or a pod where VMs' addresses are not to stay. */
export interface Owner {
  readonly kind: "vm" | "pod";
  readonly namespace: string;
  readonly name: string;
}

/** One interface of an owner. */
export interface Nic extends Owner {
  /** The pod interface, `eth0` */
  readonly interface: string;
}

/** Who uses it at the moment. Changes with every new pod of the same owner. */
export interface Holder {
  readonly podUid: string;
  readonly podName: string;
  readonly node: string;
}

/** One address in use. */
export interface Allocation {
  readonly pool: string;
  readonly family: IpFamily;
  readonly address: bigint;
  readonly owner: Nic;
  readonly holder: Holder;
  /** RFC 3339 */
  readonly allocatedAt: string;
  /**
   * It was taken and nobody was told of it yet, for it is to be looked for on the wire first. Until it is proven it may be given up for
   * another, also by whoever comes after a crash; what its interface held before stays held beside it.
   */
  readonly isOnTrial?: true | undefined;
  /** What its interface was told last; absent: nothing yet. */
  readonly handedOut?: HandedOut | undefined;
}

/** What an interface is told beside its address. */
export interface HandedOut {
  readonly gateway?: string | undefined;
  /** No default route through it. */
  readonly cleanGateway: boolean;
  /** Those of the pool, then those that the pod asks for and that are this interface's; of the address's family. */
  readonly routes: readonly Route[];
}

/** A pool as someone defined it; texts as in a manifest. Stored as it is. */
export interface PoolDefinition {
  readonly name: string;
  /** `10.244.0.0/24` */
  readonly subnet: string;
  /** Never handed out. */
  readonly gateway?: string | undefined;
  /** `10.7.120.100-10.7.120.200`, `10.7.120.11` or `10.7.120.0/28`, handed out in this order; absent: every host of the subnet. */
  readonly ips?: readonly string[] | undefined;
  /** In the same form; never handed out. */
  readonly excludeIps?: readonly string[] | undefined;
  /** Further routes beside the default one through the gateway. */
  readonly routes?: readonly Route[] | undefined;
  /** Nothing new is taken from it. */
  readonly isDisabled?: boolean | undefined;
  /** Somebody deletes it: nothing new is taken from it, and it goes with its last holder. */
  readonly isTerminating?: boolean | undefined;
  /** For interfaces for which nothing else names a pool. */
  readonly isDefault?: boolean | undefined;
  readonly affinity?: PoolAffinity | undefined;
}

/** Whom a pool is for; an absent field says nothing. Fields as in a SpiderIPPool. */
export interface PoolAffinity {
  readonly podAffinity?: LabelSelectorObject | undefined;
  readonly namespaceName?: readonly string[] | undefined;
  readonly namespaceAffinity?: LabelSelectorObject | undefined;
  readonly nodeName?: readonly string[] | undefined;
  readonly nodeAffinity?: LabelSelectorObject | undefined;
  readonly multusName?: readonly string[] | undefined;
}

export interface Route {
  readonly destination: string;
  readonly gateway: string;
}

/** What an interface gets for one family. */
export interface Assignment extends HandedOut {
  readonly interface: string;
  readonly pool: string;
  /** `10.244.0.5/24` */
  readonly address: string;
  /** This interface was not told of it before. */
  readonly isNew: boolean;
  readonly isOnTrial: boolean;
}

/** Addresses for some interfaces of one owner: all of them, or none. */
export interface AllocateRequest {
  readonly owner: Owner;
  readonly holder: Holder;
  readonly nics: readonly NicRequest[];
  /** The one that is told what it gets; the others are given theirs, to be told when they ask. Absent: all are told. */
  readonly asking?: string | undefined;
  /** Of the pod: each is told to the first of its interfaces in whose subnet the route's gateway is. */
  readonly routes?: readonly Route[] | undefined;
  /** The pod's interfaces in its order; absent: in that of the request. */
  readonly order?: readonly string[] | undefined;
  /** New addresses are on trial until `prove` is called. */
  readonly isTrial?: boolean | undefined;
  /** Not handed out to anybody new; who holds one keeps it. */
  readonly reserved?: readonly FamilyRange[] | undefined;
  /** Seen in use on the wire: not handed out, unless it is asked for exactly; who has one on trial gives it up. */
  readonly conflicting?: readonly FamilyRange[] | undefined;
}

export interface FamilyRange extends IpRange {
  readonly family: IpFamily;
}

export interface NicRequest {
  readonly interface: string;
  readonly cleanGateway?: boolean | undefined;
  readonly addresses: readonly AddressRequest[];
}

export interface AddressRequest {
  readonly family: IpFamily;
  /** The first of them that has a free address gives one. */
  readonly pools: readonly string[];
  /** A held address stays only when it is of one of these; absent: of whichever pool. */
  readonly keepOnlyIn?: readonly string[] | undefined;
  /** Take exactly this one. */
  readonly exactly?: string | undefined;
  /** Why no pool is named that would give a new address. */
  readonly noPools?: string | undefined;
}

/** An address that was held and does not fit any more. */
export interface Move {
  readonly from: Allocation;
  readonly to: Allocation;
  /** `pool "a" is gone` */
  readonly because: string;
}

/** `default/web`; a pod's reads differently from a VM's of the same name. */
export function ownerKey({ kind, namespace, name }: Owner): string {
  return kind === "vm" ? `${namespace}/${name}` : `${namespace}/pod:${name}`;
}

/** `default/web/eth0` */
export function nicKey(nic: Nic): string {
  return `${ownerKey(nic)}/${nic.interface}`;
}
