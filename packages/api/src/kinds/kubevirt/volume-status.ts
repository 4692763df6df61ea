import { type Infer, int64, object, optional, string, timestamp } from "../../schema.ts";
import { PersistentVolumeClaimInfo } from "./persistent-volume-claim-info.ts";

export const ContainerDiskInfo = object({
  checksum: optional(int64()),
});
export interface ContainerDiskInfo extends Infer<typeof ContainerDiskInfo> {}

export const KernelBootStatus = object({
  initrdInfo: optional(ContainerDiskInfo),
  kernelInfo: optional(ContainerDiskInfo),
});
export interface KernelBootStatus extends Infer<typeof KernelBootStatus> {}

export const VolumeStatus = object({
  containerDiskVolume: optional(ContainerDiskInfo),
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
  message: optional(string()),
  name: string(),
  persistentVolumeClaimInfo: optional(PersistentVolumeClaimInfo),
  phase: optional(string()),
  reason: optional(string()),
  size: optional(int64()),
  target: string(),
});
export interface VolumeStatus extends Infer<typeof VolumeStatus> {}
