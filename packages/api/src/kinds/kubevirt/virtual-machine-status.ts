import {
  array,
  boolean,
  type Infer,
  int32,
  int64,
  listAtomic,
  map,
  object,
  optional,
  string,
  timestamp,
} from "../../schema.ts";
import { ChangedBlockTrackingStatus } from "./changed-block-tracking.ts";
import { VirtualMachineCondition } from "./condition.ts";
import { InstancetypeStatusRef } from "./instancetype-matcher.ts";
import { MigratedVolume } from "./migrated-volume.ts";
import { VolumeRequest } from "./volume-request.ts";

export const MemoryDumpRequest = object({
  claimName: string(),
  endTimestamp: optional(timestamp()),
  fileName: optional(string()),
  message: optional(string()),
  phase: string(),
  remove: optional(boolean()),
  startTimestamp: optional(timestamp()),
});
export interface MemoryDumpRequest extends Infer<typeof MemoryDumpRequest> {}

export const StartFailure = object({
  consecutiveFailCount: optional(int32()),
  lastFailedVMIUID: optional(string()),
  retryAfterTimestamp: optional(timestamp()),
});
export interface StartFailure extends Infer<typeof StartFailure> {}

export const StateChangeRequest = object({
  action: string(),
  data: optional(map(string())),
  uid: optional(string()),
});
export interface StateChangeRequest extends Infer<typeof StateChangeRequest> {}

export const VolumeSnapshotStatus = object({
  enabled: boolean({ default: false }),
  name: string(),
  reason: optional(string()),
});
export interface VolumeSnapshotStatus extends Infer<typeof VolumeSnapshotStatus> {}

export const VirtualMachineStatus = object({
  changedBlockTracking: optional(ChangedBlockTrackingStatus),
  conditions: optional(array(VirtualMachineCondition)),
  created: optional(boolean()),
  desiredGeneration: optional(int64()),
  instancetypeRef: optional(InstancetypeStatusRef),
  memoryDumpRequest: optional(MemoryDumpRequest),
  observedGeneration: optional(int64()),
  preferenceRef: optional(InstancetypeStatusRef),
  printableStatus: optional(string()),
  ready: optional(boolean()),
  restoreInProgress: optional(string()),
  runStrategy: optional(string()),
  snapshotInProgress: optional(string()),
  startFailure: optional(StartFailure),
  stateChangeRequests: optional(array(StateChangeRequest)),
  volumeRequests: optional(listAtomic(VolumeRequest)),
  volumeSnapshotStatuses: optional(array(VolumeSnapshotStatus)),
  volumeUpdateState: optional(
    object({
      volumeMigrationState: optional(
        object({
          migratedVolumes: optional(listAtomic(MigratedVolume)),
        }),
      ),
    }),
  ),
});
export interface VirtualMachineStatus extends Infer<typeof VirtualMachineStatus> {}
