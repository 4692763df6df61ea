import type { NetworkSelection } from "@peapod/api";

/** One interface that a pod is to have. */
export interface PodNetworkRequest extends NetworkSelection {
  /** `eth0`, what the annotation asks for, or `net1`, `net2`, … by position */
  readonly ifName: string;
  /** The pod's own network: its address is the pod's. */
  readonly isDefault: boolean;
}
