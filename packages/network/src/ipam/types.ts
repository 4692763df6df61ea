import type { IpFamily } from "@peapod/api";

/** Who an address belongs to: the VM (or a pod that is no VM), not the run of it. Written `"namespace/name/interface"`. */
export interface Owner {
  readonly namespace: string;
  readonly name: string;
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
  readonly owner: Owner;
  readonly holder: Holder;
  /** RFC 3339 */
  readonly allocatedAt: string;
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
  readonly routes?: readonly { readonly destination: string; readonly gateway: string }[] | undefined;
}

/** What a pod's interface gets: one for every family asked for. */
export interface Assignment {
  readonly pool: string;
  /** `10.244.0.5/24` */
  readonly address: string;
  readonly gateway: string | undefined;
  readonly routes: readonly { readonly destination: string; readonly gateway: string }[];
}

export interface AllocateRequest {
  readonly owner: Owner;
  readonly holder: Holder;
  /** One list for every address wanted (usually one, two for both families): the first pool of it with a free address gives one. */
  readonly candidates: readonly (readonly string[])[];
  /** Take exactly this one. */
  readonly address?: string | undefined;
}

export function ownerKey({ namespace, name, interface: nic }: Owner): string {
  return `${namespace}/${name}/${nic}`;
}
