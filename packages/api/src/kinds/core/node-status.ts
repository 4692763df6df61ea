import {
  boolean,
  having,
  type Infer,
  int32,
  int64,
  listAtomic,
  listMap,
  map,
  object,
  oneOf,
  optional,
  quantity,
  string,
  timestamp,
} from "../../schema.ts";
import { NodeConfigSource } from "./node-config.ts";

export const NodeCondition = object({
  type: string({ pb: 1 }),
  status: oneOf(["False", "True", "Unknown"], { pb: 2 }),
  lastHeartbeatTime: optional(timestamp({ pb: 3 })),
  lastTransitionTime: optional(timestamp({ pb: 4 })),
  reason: optional(string({ pb: 5 })),
  message: optional(string({ pb: 6 })),
});
export interface NodeCondition extends Infer<typeof NodeCondition> {}

export const NodeAddress = object({
  type: string({ pb: 1 }),
  address: string({ pb: 2 }),
});
export interface NodeAddress extends Infer<typeof NodeAddress> {}

export const NodeDaemonEndpoints = object({
  kubeletEndpoint: optional(
    object(
      {
        Port: int32({ pb: 1 }),
      },
      { pb: 1 },
    ),
  ),
});
export interface NodeDaemonEndpoints extends Infer<typeof NodeDaemonEndpoints> {}

export const NodeSystemInfo = object({
  machineID: string({ pb: 1 }),
  systemUUID: string({ pb: 2 }),
  bootID: string({ pb: 3 }),
  kernelVersion: string({ pb: 4 }),
  osImage: string({ pb: 5 }),
  containerRuntimeVersion: string({ pb: 6 }),
  kubeletVersion: string({ pb: 7 }),
  kubeProxyVersion: string({ pb: 8 }),
  operatingSystem: string({ pb: 9 }),
  architecture: string({ pb: 10 }),
  swap: optional(
    object(
      {
        capacity: optional(int64({ pb: 1 })),
      },
      { pb: 11 },
    ),
  ),
});
export interface NodeSystemInfo extends Infer<typeof NodeSystemInfo> {}

export const AttachedVolume = object({
  name: string({ pb: 1 }),
  devicePath: string({ pb: 2 }),
});
export interface AttachedVolume extends Infer<typeof AttachedVolume> {}

export const NodeStatus = object({
  capacity: optional(map(quantity(), { description: "What it has.", pb: 1 })),
  allocatable: optional(map(quantity(), { description: "What pods can have of it.", pb: 2 })),
  phase: optional(oneOf(["Pending", "Running", "Terminated"], { description: "Unused.", pb: 3 })),
  conditions: optional(
    listMap(["type"], NodeCondition, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "type",
      description: "Facts, each with the time it came true.",
      pb: 4,
    }),
  ),
  addresses: optional(
    listMap(["type"], NodeAddress, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "type",
      keysRepeat: true, // a machine with two cards has two internal addresses
      description: "Its addresses and names.",
      pb: 5,
    }),
  ),
  daemonEndpoints: optional(having(NodeDaemonEndpoints, { description: "Where its agent listens.", pb: 6 })),
  nodeInfo: optional(having(NodeSystemInfo, { description: "What it is.", pb: 7 })),
  images: optional(
    listAtomic(
      object({
        names: optional(listAtomic(string(), { pb: 1 })),
        sizeBytes: optional(int64({ pb: 2 })),
      }),
      { description: "Images it has.", pb: 8 },
    ),
  ),
  volumesInUse: optional(listAtomic(string(), { description: "Volumes its pods use.", pb: 9 })),
  volumesAttached: optional(listAtomic(AttachedVolume, { description: "Volumes attached to it.", pb: 10 })),
  config: optional(
    object(
      {
        assigned: optional(having(NodeConfigSource, { pb: 1 })),
        active: optional(having(NodeConfigSource, { pb: 2 })),
        lastKnownGood: optional(having(NodeConfigSource, { pb: 3 })),
        error: optional(string({ pb: 4 })),
      },
      { pb: 11 },
    ),
  ),
  runtimeHandlers: optional(
    listAtomic(
      object({
        name: optional(string({ pb: 1 })),
        features: optional(
          object(
            {
              recursiveReadOnlyMounts: optional(boolean({ pb: 1 })),
              userNamespaces: optional(boolean({ pb: 2 })),
            },
            { pb: 2 },
          ),
        ),
      }),
      { description: "What can run containers on it.", pb: 12 },
    ),
  ),
  features: optional(
    object(
      {
        supplementalGroupsPolicy: optional(boolean({ pb: 1 })),
      },
      { description: "What its runtime can do.", pb: 13 },
    ),
  ),
});
export interface NodeStatus extends Infer<typeof NodeStatus> {}
