import { having, type Infer, int64, object, optional, string, timestamp } from "../../schema.ts";
import { PersistentVolumeClaimInfo } from "./persistent-volume-claim-info.ts";

export const ContainerDiskInfo = object({
  checksum: optional(int64({ description: "Of the file that was used." })),
});
export interface ContainerDiskInfo extends Infer<typeof ContainerDiskInfo> {}

export const KernelBootStatus = object({
  initrdInfo: optional(having(ContainerDiskInfo, { description: "The initial RAM disk." })),
  kernelInfo: optional(having(ContainerDiskInfo, { description: "The kernel." })),
});
export interface KernelBootStatus extends Infer<typeof KernelBootStatus> {}

/** One volume as it really is. */
export const VolumeStatus = object({
  containerDiskVolume: optional(having(ContainerDiskInfo, { description: "Of a container disk." })),
  hotplugVolume: optional(
    object({
      attachPodName: optional(string()),
      attachPodUID: optional(string()),
    }),
  ),
  memoryDumpVolume: optional(
    object({
      claimName: optional(string()),
      endTimestamp: optional(timestamp()),
      startTimestamp: optional(timestamp()),
      targetFileName: optional(string()),
    }),
  ),
  message: optional(string({ description: "What is the matter, for people." })),
  name: string({ description: "The volume." }),
  persistentVolumeClaimInfo: optional(PersistentVolumeClaimInfo),
  phase: optional(string({ description: "How far it is." })),
  reason: optional(string({ description: "What is the matter, in one word." })),
  size: optional(int64({ description: "Its size in bytes." })),
  target: string({ description: "The guest's name for it, e.g. `vda`." }),
});
export interface VolumeStatus extends Infer<typeof VolumeStatus> {}
