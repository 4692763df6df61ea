import {
  array,
  having,
  type Infer,
  int64,
  listAtomic,
  map,
  object,
  oneOf,
  optional,
  quantity,
  string,
} from "../../schema.ts";
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
  cores: optional(int64({ description: "Cores of each socket." })),
  sockets: optional(int64({ description: "Sockets." })),
  threads: optional(int64({ description: "Threads of each core." })),
});
export interface CPUTopology extends Infer<typeof CPUTopology> {}

/** What became of the run. */
export const VirtualMachineInstanceStatus = object({
  VSOCKCID: optional(int64({ description: "Its VSOCK address." })),
  activePods: optional(map(string(), { description: "Launcher pods, uid to node." })),
  changedBlockTracking: optional(having(ChangedBlockTrackingStatus, { description: "Backups." })),
  conditions: optional(
    array(VirtualMachineInstanceCondition, { description: "Facts, each with the time it came true." }),
  ),
  currentCPUTopology: optional(having(CPUTopology, { description: "CPUs the guest has now." })),
  evacuationNodeName: optional(string({ description: "The node it is to leave." })),
  fsFreezeStatus: optional(string({ description: "Whether the guest's file systems are frozen." })),
  guestOSInfo: optional(having(GuestOSInfo, { description: "What the guest agent says of the operating system." })),
  interfaces: optional(array(InterfaceStatus, { description: "Interfaces, with the addresses they really have." })),
  kernelBootStatus: optional(having(KernelBootStatus, { description: "The kernel it was started from." })),
  launcherContainerImageVersion: optional(string({ description: "The launcher's image." })),
  machine: optional(having(Machine, { description: "The machine type it was started with." })),
  memory: optional(
    object(
      {
        guestAtBoot: optional(quantity({ description: "When it started." })),
        guestCurrent: optional(quantity({ description: "Now." })),
        guestRequested: optional(quantity({ description: "Asked for." })),
        memoryOverhead: optional(quantity({ description: "Beside the guest's memory." })),
      },
      { description: "Memory of the guest." },
    ),
  ),
  migratedVolumes: optional(listAtomic(MigratedVolume, { description: "Volumes that move." })),
  migrationMethod: optional(string({ description: "LiveMigration or BlockMigration." })),
  migrationState: optional(having(MigrationState, { description: "The last migration." })),
  migrationTransport: optional(string({ description: "How migrations travel." })),
  nodeName: optional(string({ description: "The node it runs on." })),
  phase: optional(string({ description: "Pending, Scheduling, Scheduled, Running, Succeeded, Failed or Unknown." })),
  phaseTransitionTimestamps: optional(
    listAtomic(PhaseTransitionTimestamp, { description: "When each phase was reached." }),
  ),
  qosClass: optional(
    oneOf(["BestEffort", "Burstable", "Guaranteed"], { description: "Quality of service of the pod." }),
  ),
  reason: optional(string({ description: "Why it is in this phase." })),
  runtimeUser: optional(int64({ description: "The user id that QEMU runs as.", default: 0 })),
  selinuxContext: optional(string({ description: "SELinux context of the launcher." })),
  topologyHints: optional(
    object(
      { tscFrequency: optional(int64({ description: "TSC frequency it needs." })) },
      { description: "What a node must offer." },
    ),
  ),
  virtualMachineRevisionName: optional(string({ description: "The ControllerRevision it was made from." })),
  volumeStatus: optional(listAtomic(VolumeStatus, { description: "Volumes." })),
});
export interface VirtualMachineInstanceStatus extends Infer<typeof VirtualMachineInstanceStatus> {}
