import { type Infer, int64, listAtomic, listMap, object, oneOf, optional, string, timestamp } from "../../schema.ts";
import { ContainerStatus } from "./container-status.ts";

export const PodCondition = object({
  type: string({ pb: 1 }),
  observedGeneration: optional(int64({ pb: 7 })),
  status: oneOf(["False", "True", "Unknown"], { pb: 2 }),
  lastProbeTime: optional(timestamp({ pb: 3 })),
  lastTransitionTime: optional(timestamp({ pb: 4 })),
  reason: optional(string({ pb: 5 })),
  message: optional(string({ pb: 6 })),
});
export interface PodCondition extends Infer<typeof PodCondition> {}

export const PodIP = object({
  ip: string({ pb: 1 }),
});
export interface PodIP extends Infer<typeof PodIP> {}

export const PodStatus = object({
  observedGeneration: optional(int64({ pb: 17 })),
  phase: optional(oneOf(["Failed", "Pending", "Running", "Succeeded", "Unknown"], { pb: 1 })),
  conditions: optional(
    listMap(["type"], PodCondition, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "type",
      pb: 2,
    }),
  ),
  message: optional(string({ pb: 3 })),
  reason: optional(string({ pb: 4 })),
  nominatedNodeName: optional(string({ pb: 11 })),
  hostIP: optional(string({ pb: 5 })),
  hostIPs: optional(
    listAtomic(PodIP, { "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "ip", pb: 16 }),
  ),
  podIP: optional(string({ pb: 6 })),
  podIPs: optional(
    listMap(["ip"], PodIP, { "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "ip", pb: 12 }),
  ),
  startTime: optional(timestamp({ pb: 7 })),
  initContainerStatuses: optional(listAtomic(ContainerStatus, { pb: 10 })),
  containerStatuses: optional(listAtomic(ContainerStatus, { pb: 8 })),
  qosClass: optional(oneOf(["BestEffort", "Burstable", "Guaranteed"], { pb: 9 })),
  ephemeralContainerStatuses: optional(listAtomic(ContainerStatus, { pb: 13 })),
  resize: optional(string({ pb: 14 })),
  resourceClaimStatuses: optional(
    listMap(
      ["name"],
      object({
        name: string({ pb: 1 }),
        resourceClaimName: optional(string({ pb: 2 })),
      }),
      { "x-kubernetes-patch-strategy": "merge,retainKeys", "x-kubernetes-patch-merge-key": "name", pb: 15 },
    ),
  ),
  extendedResourceClaimStatus: optional(
    object(
      {
        requestMappings: listAtomic(
          object({
            containerName: string({ pb: 1 }),
            resourceName: string({ pb: 2 }),
            requestName: string({ pb: 3 }),
          }),
          { pb: 1 },
        ),
        resourceClaimName: string({ pb: 2 }),
      },
      { pb: 18 },
    ),
  ),
});
export interface PodStatus extends Infer<typeof PodStatus> {}
