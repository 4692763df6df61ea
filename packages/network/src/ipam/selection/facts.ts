import type { IpamSettings } from "../settings/parse-settings.ts";
import type { FamilyRange } from "../types.ts";

type Words = Readonly<Record<string, string>>;

/** All that decides which pools are for a pod; read once, when its networks are attached. */
export interface SelectionFacts {
  readonly pod: {
    readonly namespace: string;
    readonly name: string;
    readonly labels: Words;
    readonly annotations: Words;
  };
  readonly namespace: { readonly labels: Words; readonly annotations: Words };
  readonly node: { readonly name: string; readonly labels: Words };
  /** The pod's interfaces in the order of its networks. */
  readonly nics: readonly PodNic[];
  readonly settings: IpamSettings;
  readonly reserved: readonly FamilyRange[];
}

export interface PodNic {
  /** `eth0`, `net1`, `pod37a8eec1ce1` */
  readonly ifName: string;
  readonly nad: { readonly namespace: string; readonly name: string };
  /** Its network asks our IPAM plugin for addresses of pools. */
  readonly usesPools: boolean;
  /** Its network wants pools of the subnets of the card beneath alone. */
  readonly master?: { readonly name: string; readonly subnets: readonly string[] } | undefined;
}
