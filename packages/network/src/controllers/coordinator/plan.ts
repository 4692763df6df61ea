import type { SpiderCoordinator } from "@peapod/api";
import type { Plan } from "@peapod/machinery";

/** The one that counts. */
export const coordinatorName = "default";
const finalizer = "spiderpool.spidernet.io";

export interface Facts {
  readonly name: string;
  readonly coordinator: SpiderCoordinator | undefined;
  readonly podNetwork: string;
  readonly serviceNetwork: string;
}

export type Step =
  | { readonly do: "create"; readonly coordinator: SpiderCoordinator }
  | { readonly do: "writeStatus"; readonly coordinator: SpiderCoordinator }
  | { readonly do: "letGo"; readonly coordinator: SpiderCoordinator };

/**
 * There is always a SpiderCoordinator `default`, and it is always Synced: which subnets pods and Services have is known here, and need
 * not be found out from other programs' settings. No other object counts.
 */
export function planCoordinator(facts: Facts): Plan<Step> {
  const { name, coordinator } = facts;
  if (coordinator?.metadata.deletionTimestamp !== undefined) {
    const isHeld = coordinator.metadata.finalizers?.includes(finalizer) === true;
    return { steps: isHeld ? [{ do: "letGo", coordinator: withoutFinalizer(coordinator) }] : [] };
  }
  if (name !== coordinatorName) return { steps: [] };
  if (!coordinator) return { steps: [{ do: "create", coordinator: renderDefault() }] };
  const status = {
    phase: "Synced",
    overlayPodCIDR: [facts.podNetwork],
    serviceCIDR: [facts.serviceNetwork],
  };
  const { phase, reason, overlayPodCIDR = [], serviceCIDR = [] } = coordinator.status ?? {};
  const isSame =
    phase === status.phase &&
    reason === undefined &&
    overlayPodCIDR.join() === facts.podNetwork &&
    serviceCIDR.join() === facts.serviceNetwork;
  return { steps: isSame ? [] : [{ do: "writeStatus", coordinator: { ...coordinator, status } }] };
}

function renderDefault(): SpiderCoordinator {
  return {
    apiVersion: "spiderpool.spidernet.io/v2beta1",
    kind: "SpiderCoordinator",
    metadata: { name: coordinatorName },
    spec: { mode: "auto", podCIDRType: "none", hijackCIDR: ["169.254.0.0/16"], tunePodRoutes: true },
  };
}

function withoutFinalizer(coordinator: SpiderCoordinator): SpiderCoordinator {
  const finalizers = (coordinator.metadata.finalizers ?? []).filter((one) => one !== finalizer);
  return { ...coordinator, metadata: { ...coordinator.metadata, finalizers } };
}
