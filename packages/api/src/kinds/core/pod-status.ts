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
  phase: optional(
    oneOf(["Failed", "Pending", "Running", "Succeeded", "Unknown"], {
      description: "Pending, Running, Succeeded, Failed or Unknown.",
      pb: 1,
    }),
  ),
  conditions: optional(
    listMap(["type"], PodCondition, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "type",
      description: "Facts, each with the time it came true.",
      pb: 2,
    }),
  ),
  message: optional(string({ description: "Why it is in this state, for people.", pb: 3 })),
  reason: optional(string({ description: "Why it is in this state, in one word.", pb: 4 })),
  nominatedNodeName: optional(string({ description: "The node that will have room for it.", pb: 11 })),
  hostIP: optional(string({ description: "Address of its node.", pb: 5 })),
  hostIPs: optional(
    listAtomic(PodIP, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "ip",
      description: "Addresses of its node.",
      pb: 16,
    }),
  ),
  podIP: optional(string({ description: "Its address.", pb: 6 })),
  podIPs: optional(
    listMap(["ip"], PodIP, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "ip",
      description: "Its addresses.",
      pb: 12,
    }),
  ),
  startTime: optional(timestamp({ description: "When the node took it.", pb: 7 })),
  initContainerStatuses: optional(listAtomic(ContainerStatus, { description: "Its init containers.", pb: 10 })),
  containerStatuses: optional(listAtomic(ContainerStatus, { description: "Its containers.", pb: 8 })),
  qosClass: optional(
    oneOf(["BestEffort", "Burstable", "Guaranteed"], { description: "Guaranteed, Burstable or BestEffort.", pb: 9 }),
  ),
  ephemeralContainerStatuses: optional(
    listAtomic(ContainerStatus, { description: "Its ephemeral containers.", pb: 13 }),
  ),
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
