import type { CoordinatorSettings } from "./settings.ts";

/** The pod's end of the pair that joins it to its node. */
export const vethName = "veth0";

/** All that decides what the coordinator does about one interface. */
export interface CoordinatorFacts {
  readonly settings: CoordinatorSettings;
  /** The interface of this ADD. */
  readonly nic: string;
  /** Path of the pod's namespace. */
  readonly netns: string;
  /** Its addresses, without prefix length. */
  readonly addresses: readonly string[];
  /** The pair between pod and node: the node's end, and MACs of both. */
  readonly veth: { readonly hostName: string; readonly hostMac: string; readonly podMac: string };
  /** `ifalias` of the node's end: whose it is. */
  readonly alias: string;
  readonly pod: {
    /** In the order of their making, without the loopback. */
    readonly links: readonly PodLink[];
    readonly routes: readonly PodRoute[];
    readonly rules: readonly PolicyRule[];
  };
  readonly host: {
    /** The node's own addresses. */
    readonly addresses: readonly string[];
    /** By family: with which address the node speaks to the pod. */
    readonly sources: { readonly 4?: string | undefined; readonly 6?: string | undefined };
    /** The node's IPv4 address on the network that the pod's address is of; undefined: it has none there. */
    readonly neighbour?: string | undefined;
    readonly linksByIndex: ReadonlyMap<number, string>;
  };
}

export interface PodLink {
  readonly name: string;
  readonly mac: string;
  /** Of a veth: the other end's number in its namespace. */
  readonly peerIndex: number | undefined;
  readonly addresses: readonly string[];
}

export interface PodRoute {
  readonly family: 4 | 6;
  readonly table: string;
  /** `default`, `10.7.0.0/16` */
  readonly dst: string;
  readonly gateway: string | undefined;
  readonly device: string | undefined;
  /** `link`, for what needs no gateway. */
  readonly scope: string | undefined;
  readonly source: string | undefined;
  readonly metric: number | undefined;
}

export interface PolicyRule {
  readonly family: 4 | 6;
  /** `all`, or an address. */
  readonly source: string;
  readonly table: string;
  readonly mark: string | undefined;
}

export function familyOf(text: string): 4 | 6 {
  return text.includes(":") ? 6 : 4;
}
