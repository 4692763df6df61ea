import type { Plan } from "@peapod/machinery";
import type { Allocation, Owner } from "../../ipam/types.ts";

/** Whether somebody may still come for the addresses of one owner. */
export interface Facts {
  readonly owner: Owner;
  /** It holds addresses, or MACs are remembered for it. */
  readonly isKnown: boolean;
  readonly hasMachine: boolean;
  readonly hasInstance: boolean;
  /** It has addresses that were taken for a pod and never proven. */
  readonly hasTrials: boolean;
  /** A pod of it is on this node, or not taken down yet. */
  readonly isInUse: boolean;
  /** VMs keep their addresses from pod to pod. */
  readonly areKept: boolean;
  /** What its pod has on the machine and no record says. */
  readonly unrecorded: readonly Omit<Allocation, "allocatedAt">[];
}

export type Step =
  | { readonly do: "releaseAddresses"; readonly owner: Owner; readonly evenOfMachine: boolean }
  | { readonly do: "releaseTrials"; readonly owner: Owner }
  | { readonly do: "recordAddress"; readonly allocation: Omit<Allocation, "allocatedAt"> };

/** Nobody tells when a pod is down; it takes about as long as a guest needs to stop. */
const lookAgainInMs = 2_000;

/**
 * A VM's addresses are its own from its first start until it is deleted, whether it runs or not; those of a VMI without a VM until
 * the VMI is gone; where they are not to be kept, until the pod is gone. What a running pod has and no record says is recorded. What
 * was on trial for a pod that is gone is nobody's.
 */
export function planAddresses(facts: Facts): Plan<Step> {
  const { owner, isKnown, hasTrials, hasMachine, hasInstance, isInUse, areKept, unrecorded } = facts;
  const record = unrecorded.map((allocation): Step => ({ do: "recordAddress", allocation }));
  if (isInUse) {
    const isWanted = owner.kind === "vm" && (hasMachine || hasInstance) && areKept;
    return isWanted ? { steps: record } : { steps: record, lookAgainInMs };
  }
  if (!isKnown) return { steps: [] };
  const isKept = owner.kind === "vm" && areKept && (hasMachine || hasInstance);
  if (isKept) return { steps: hasTrials ? [{ do: "releaseTrials", owner }] : [] };
  return { steps: [{ do: "releaseAddresses", owner, evenOfMachine: !areKept || owner.kind === "pod" }] };
}
