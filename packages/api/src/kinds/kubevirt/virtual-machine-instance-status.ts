import { array, type Infer, int64, listAtomic, map, object, oneOf, optional, quantity, string } from "../../schema.ts";
import { ChangedBlockTrackingStatus } from "./changed-block-tracking.ts";
import { VirtualMachineInstanceCondition } from "./condition.ts";
import { GuestOSInfo } from "./guest-os-info.ts";
import { InterfaceStatus } from "./interface-status.ts";
import { Machine } from "./machine.ts";
import { MigratedVolume } from "./migrated-volume.ts";
import { MigrationState } from "./migration-state.ts";
import { PhaseTransitionTimestamp } from "./phase-transition.ts";
import { KernelBootStatus, VolumeStatus } from "./volume-status.ts";

export const CPUTopology = object({
  cores: optional(int64()),
  sockets: optional(int64()),
  threads: optional(int64()),
});
export interface CPUTopology extends Infer<typeof CPUTopology> {}

export const VirtualMachineInstanceStatus = object({
  VSOCKCID: optional(int64()),
  activePods: optional(map(string())),
  changedBlockTracking: optional(ChangedBlockTrackingStatus),
  conditions: optional(array(VirtualMachineInstanceCondition)),
  currentCPUTopology: optional(CPUTopology),
  evacuationNodeName: optional(string()),
  fsFreezeStatus: optional(string()),
  guestOSInfo: optional(GuestOSInfo),
  interfaces: optional(array(InterfaceStatus)),
  kernelBootStatus: optional(KernelBootStatus),
  launcherContainerImageVersion: optional(string()),
  machine: optional(Machine),
  memory: optional(
    object({
      guestAtBoot: optional(quantity()),
      guestCurrent: optional(quantity()),
      guestRequested: optional(quantity()),
      memoryOverhead: optional(quantity()),
    }),
  ),
  migratedVolumes: optional(listAtomic(MigratedVolume)),
  migrationMethod: optional(string()),
  migrationState: optional(MigrationState),
  migrationTransport: optional(string()),
  nodeName: optional(string()),
  phase: optional(string()),
  phaseTransitionTimestamps: optional(listAtomic(PhaseTransitionTimestamp)),
  qosClass: optional(oneOf(["BestEffort", "Burstable", "Guaranteed"])),
  reason: optional(string()),
  runtimeUser: optional(int64({ default: 0 })),
  selinuxContext: optional(string()),
  topologyHints: optional(
    object({
      tscFrequency: optional(int64()),
    }),
  ),
  virtualMachineRevisionName: optional(string()),
  volumeStatus: optional(listAtomic(VolumeStatus)),
});
export interface VirtualMachineInstanceStatus extends Infer<typeof VirtualMachineInstanceStatus> {}
