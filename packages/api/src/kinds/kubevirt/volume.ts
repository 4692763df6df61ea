import { boolean, type Infer, object, optional, string } from "../../schema.ts";
import { CloudInitSource } from "./cloud-init.ts";
import {
  ConfigMapDisk,
  ContainerPathSource,
  DownwardAPIDisk,
  SecretDisk,
  ServiceAccountDisk,
  SysprepSource,
} from "./projected-volume.ts";
import {
  ClaimVolumeSource,
  ContainerDiskSource,
  DataVolumeVolumeSource,
  EmptyDiskSource,
  EphemeralVolumeSourceDisk,
  HostDiskSource,
} from "./volume-source.ts";

export const UtilityVolume = object({
  claimName: string(),
  name: string(),
  readOnly: optional(boolean()),
  type: optional(string()),
});
export interface UtilityVolume extends Infer<typeof UtilityVolume> {}

export const VirtualMachineVolume = object({
  cloudInitConfigDrive: optional(CloudInitSource),
  cloudInitNoCloud: optional(CloudInitSource),
  configMap: optional(ConfigMapDisk),
  containerDisk: optional(ContainerDiskSource),
  containerPath: optional(ContainerPathSource),
  dataVolume: optional(DataVolumeVolumeSource),
  downwardAPI: optional(DownwardAPIDisk),
  downwardMetrics: optional(object({})),
  emptyDisk: optional(EmptyDiskSource),
  ephemeral: optional(EphemeralVolumeSourceDisk),
  hostDisk: optional(HostDiskSource),
  memoryDump: optional(ClaimVolumeSource),
  name: string(),
  persistentVolumeClaim: optional(ClaimVolumeSource),
  secret: optional(SecretDisk),
  serviceAccount: optional(ServiceAccountDisk),
  sysprep: optional(SysprepSource),
});
export interface VirtualMachineVolume extends Infer<typeof VirtualMachineVolume> {}
