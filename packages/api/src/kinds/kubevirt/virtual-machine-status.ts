import {
  array,
  boolean,
  having,
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
  claimName: string({ description: "The claim that the dump is written to." }),
  endTimestamp: optional(timestamp({ description: "When it was done." })),
  fileName: optional(string({ description: "Name of the file." })),
  message: optional(string({ description: "What went wrong." })),
  phase: string({ description: "How far it is." }),
  remove: optional(boolean({ description: "The dump is to be detached." })),
  startTimestamp: optional(timestamp({ description: "When it began." })),
});
export interface MemoryDumpRequest extends Infer<typeof MemoryDumpRequest> {}

export const StartFailure = object({
  consecutiveFailCount: optional(int32({ description: "Starts in a row that failed." })),
  lastFailedVMIUID: optional(string({ description: "The instance that failed last." })),
  retryAfterTimestamp: optional(timestamp({ description: "Not before this is it tried again." })),
});
export interface StartFailure extends Infer<typeof StartFailure> {}

export const StateChangeRequest = object({
  action: string({ description: "Start or Stop." }),
  data: optional(map(string(), { description: 'How, e.g. `paused: "true"`.' })),
  uid: optional(string({ description: "The instance to stop." })),
});
export interface StateChangeRequest extends Infer<typeof StateChangeRequest> {}

export const VolumeSnapshotStatus = object({
  enabled: boolean({ description: "A snapshot can be made of it.", default: false }),
  name: string({ description: "The volume." }),
  reason: optional(string({ description: "Why not." })),
});
export interface VolumeSnapshotStatus extends Infer<typeof VolumeSnapshotStatus> {}

/** What became of the machine. */
export const VirtualMachineStatus = object({
  changedBlockTracking: optional(having(ChangedBlockTrackingStatus, { description: "Backups." })),
  conditions: optional(array(VirtualMachineCondition, { description: "Facts, each with the time it came true." })),
  created: optional(boolean({ description: "There is an instance." })),
  desiredGeneration: optional(int64({ description: "The generation of the spec." })),
  instancetypeRef: optional(having(InstancetypeStatusRef, { description: "The instancetype in use." })),
  memoryDumpRequest: optional(having(MemoryDumpRequest, { description: "A memory dump." })),
  observedGeneration: optional(int64({ description: "The generation that the instance came from." })),
  preferenceRef: optional(having(InstancetypeStatusRef, { description: "The preference in use." })),
  printableStatus: optional(string({ description: "One word for people: Running, Stopped, Starting, …" })),
  ready: optional(boolean({ description: "The instance runs and is ready." })),
  restoreInProgress: optional(string({ description: "The restore that holds the machine." })),
  runStrategy: optional(string({ description: "The run strategy in force." })),
  snapshotInProgress: optional(string({ description: "The snapshot that holds the machine." })),
  startFailure: optional(having(StartFailure, { description: "Starts that failed, until one succeeds." })),
  stateChangeRequests: optional(array(StateChangeRequest, { description: "Starts and stops still to be done." })),
  volumeRequests: optional(listAtomic(VolumeRequest, { description: "Volumes to be plugged or unplugged." })),
  volumeSnapshotStatuses: optional(array(VolumeSnapshotStatus, { description: "Which volumes can be in a snapshot." })),
  volumeUpdateState: optional(
    object(
      {
        volumeMigrationState: optional(
          object(
            { migratedVolumes: optional(listAtomic(MigratedVolume, { description: "Volumes that move." })) },
            { description: "Volumes that move." },
          ),
        ),
      },
      { description: "Changes of volumes." },
    ),
  ),
});
export interface VirtualMachineStatus extends Infer<typeof VirtualMachineStatus> {}
