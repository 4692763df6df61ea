import type { Plan } from "@peapod/machinery";

/** Whether somebody may still come for the addresses of one owner. */
export interface Facts {
  /** `default/web` */
  readonly owner: { readonly namespace: string; readonly name: string };
  readonly heldCount: number;
  readonly hasMachine: boolean;
  readonly hasInstance: boolean;
  /** A pod of it is on this node, or not taken down yet. */
  readonly isInUse: boolean;
}

export type Step = { readonly do: "releaseAddresses"; readonly owner: Facts["owner"] };

/** Nobody tells when a pod is down; it takes about as long as a guest needs to stop. */
const lookAgainInMs = 2_000;

/**
 * A VM's addresses are its own from its first start until it is deleted, whether it runs or not; those of a VMI without a VM until
 * the VMI is gone.
 */
export function planAddresses({ owner, heldCount, hasMachine, hasInstance, isInUse }: Facts): Plan<Step> {
  if (heldCount === 0 || hasMachine || hasInstance) return { steps: [] };
  if (isInUse) return { steps: [], lookAgainInMs };
  return { steps: [{ do: "releaseAddresses", owner }] };
}
