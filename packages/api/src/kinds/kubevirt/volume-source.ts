import { boolean, type Infer, object, oneOf, optional, quantity, string } from "../../schema.ts";

export const ContainerDiskSource = object({
  image: string(),
  imagePullPolicy: optional(oneOf(["Always", "IfNotPresent", "Never"])),
  imagePullSecret: optional(string()),
  path: optional(string()),
});
export interface ContainerDiskSource extends Infer<typeof ContainerDiskSource> {}

export const DataVolumeVolumeSource = object({
  hotpluggable: optional(boolean()),
  name: string(),
});
export interface DataVolumeVolumeSource extends Infer<typeof DataVolumeVolumeSource> {}

export const EmptyDiskSource = object({
  capacity: quantity(),
});
export interface EmptyDiskSource extends Infer<typeof EmptyDiskSource> {}

export const EphemeralVolumeSourceDisk = object({
  persistentVolumeClaim: optional(
    object({
      claimName: string(),
      readOnly: optional(boolean()),
    }),
  ),
});
export interface EphemeralVolumeSourceDisk extends Infer<typeof EphemeralVolumeSourceDisk> {}

export const HostDiskSource = object({
  capacity: optional(quantity()),
  path: string(),
  shared: optional(boolean()),
  type: string(),
});
export interface HostDiskSource extends Infer<typeof HostDiskSource> {}

export const ClaimVolumeSource = object({
  claimName: string(),
  hotpluggable: optional(boolean()),
  readOnly: optional(boolean()),
});
export interface ClaimVolumeSource extends Infer<typeof ClaimVolumeSource> {}
