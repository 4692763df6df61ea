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
import { ResourceRequirements } from "./resource-requirements.ts";
import { stopSignals } from "./stop-signal.ts";

export const ContainerStateWaiting = object({
  reason: optional(string({ pb: 1 })),
  message: optional(string({ pb: 2 })),
});
export interface ContainerStateWaiting extends Infer<typeof ContainerStateWaiting> {}

export const ContainerStateRunning = object({
  startedAt: optional(timestamp({ pb: 1 })),
});
export interface ContainerStateRunning extends Infer<typeof ContainerStateRunning> {}

export const ContainerStateTerminated = object({
  exitCode: int32({ pb: 1 }),
  signal: optional(int32({ pb: 2 })),
  reason: optional(string({ pb: 3 })),
  message: optional(string({ pb: 4 })),
  startedAt: optional(timestamp({ pb: 5 })),
  finishedAt: optional(timestamp({ pb: 6 })),
  containerID: optional(string({ pb: 7 })),
});
export interface ContainerStateTerminated extends Infer<typeof ContainerStateTerminated> {}

export const ContainerState = object({
  waiting: optional(having(ContainerStateWaiting, { pb: 1 })),
  running: optional(having(ContainerStateRunning, { pb: 2 })),
  terminated: optional(having(ContainerStateTerminated, { pb: 3 })),
});
export interface ContainerState extends Infer<typeof ContainerState> {}

export const VolumeMountStatus = object({
  name: string({ pb: 1 }),
  mountPath: string({ pb: 2 }),
  readOnly: optional(boolean({ pb: 3 })),
  recursiveReadOnly: optional(oneOf(["Disabled", "Enabled", "IfPossible"], { pb: 4 })),
});
export interface VolumeMountStatus extends Infer<typeof VolumeMountStatus> {}

export const ContainerUser = object({
  linux: optional(
    object(
      {
        uid: int64({ pb: 1 }),
        gid: int64({ pb: 2 }),
        supplementalGroups: optional(listAtomic(int64(), { pb: 3 })),
      },
      { pb: 1 },
    ),
  ),
});
export interface ContainerUser extends Infer<typeof ContainerUser> {}

export const ResourceStatus = object({
  name: string({ pb: 1 }),
  resources: optional(
    listMap(
      ["resourceID"],
      object({
        resourceID: string({ pb: 1 }),
        health: optional(oneOf(["Healthy", "Unhealthy", "Unknown"], { pb: 2 })),
      }),
      { pb: 2 },
    ),
  ),
});
export interface ResourceStatus extends Infer<typeof ResourceStatus> {}

export const ContainerStatus = object({
  name: string({ description: "The container.", pb: 1 }),
  state: optional(having(ContainerState, { description: "What it does now.", pb: 2 })),
  lastState: optional(having(ContainerState, { description: "How it ended before.", pb: 3 })),
  ready: boolean({ description: "It passes its readiness probe.", pb: 4 }),
  restartCount: int32({ description: "How often it was started again.", pb: 5 }),
  image: string({ description: "The image it runs.", pb: 6 }),
  imageID: string({ description: "The image it runs, by digest.", pb: 7 }),
  containerID: optional(string({ description: "The runtime's name for it.", pb: 8 })),
  started: optional(boolean({ description: "It passed its startup probe.", pb: 9 })),
  allocatedResources: optional(map(quantity(), { description: "What was set aside for it.", pb: 10 })),
  resources: optional(having(ResourceRequirements, { description: "What it has now.", pb: 11 })),
  volumeMounts: optional(
    listMap(["mountPath"], VolumeMountStatus, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "mountPath",
      pb: 12,
    }),
  ),
  user: optional(having(ContainerUser, { pb: 13 })),
  allocatedResourcesStatus: optional(
    listMap(["name"], ResourceStatus, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
      pb: 14,
    }),
  ),
  stopSignal: optional(oneOf(stopSignals, { pb: 15 })),
});
export interface ContainerStatus extends Infer<typeof ContainerStatus> {}
