import { boolean, type Infer, int32, listAtomic, object, oneOf, optional, string } from "../../schema.ts";

export const HostPathSource = object({
  path: string({ pb: 1 }),
  type: optional(
    oneOf(["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"], {
      pb: 2,
    }),
  ),
});
export interface HostPathSource extends Infer<typeof HostPathSource> {}

export const GcePersistentDiskSource = object({
  pdName: string({ pb: 1 }),
  fsType: optional(string({ pb: 2 })),
  partition: optional(int32({ pb: 3 })),
  readOnly: optional(boolean({ pb: 4 })),
});
export interface GcePersistentDiskSource extends Infer<typeof GcePersistentDiskSource> {}

export const AwsElasticBlockStoreSource = object({
  volumeID: string({ pb: 1 }),
  fsType: optional(string({ pb: 2 })),
  partition: optional(int32({ pb: 3 })),
  readOnly: optional(boolean({ pb: 4 })),
});
export interface AwsElasticBlockStoreSource extends Infer<typeof AwsElasticBlockStoreSource> {}

export const NFSSource = object({
  server: string({ pb: 1 }),
  path: string({ pb: 2 }),
  readOnly: optional(boolean({ pb: 3 })),
});
export interface NFSSource extends Infer<typeof NFSSource> {}

export const FlockerSource = object({
  datasetName: optional(string({ pb: 1 })),
  datasetUUID: optional(string({ pb: 2 })),
});
export interface FlockerSource extends Infer<typeof FlockerSource> {}

export const FCSource = object({
  targetWWNs: optional(listAtomic(string(), { pb: 1 })),
  lun: optional(int32({ pb: 2 })),
  fsType: optional(string({ pb: 3 })),
  readOnly: optional(boolean({ pb: 4 })),
  wwids: optional(listAtomic(string(), { pb: 5 })),
});
export interface FCSource extends Infer<typeof FCSource> {}

export const VsphereVolumeSource = object({
  volumePath: string({ pb: 1 }),
  fsType: optional(string({ pb: 2 })),
  storagePolicyName: optional(string({ pb: 3 })),
  storagePolicyID: optional(string({ pb: 4 })),
});
export interface VsphereVolumeSource extends Infer<typeof VsphereVolumeSource> {}

export const QuobyteSource = object({
  registry: string({ pb: 1 }),
  volume: string({ pb: 2 }),
  readOnly: optional(boolean({ pb: 3 })),
  user: optional(string({ pb: 4 })),
  group: optional(string({ pb: 5 })),
  tenant: optional(string({ pb: 6 })),
});
export interface QuobyteSource extends Infer<typeof QuobyteSource> {}

export const AzureDiskSource = object({
  diskName: string({ pb: 1 }),
  diskURI: string({ pb: 2 }),
  cachingMode: optional(oneOf(["None", "ReadOnly", "ReadWrite"], { default: "ReadWrite", pb: 3 })),
  fsType: optional(string({ default: "ext4", pb: 4 })),
  readOnly: optional(boolean({ default: false, pb: 5 })),
  kind: optional(oneOf(["Dedicated", "Managed", "Shared"], { default: "Shared", pb: 6 })),
});
export interface AzureDiskSource extends Infer<typeof AzureDiskSource> {}

export const PhotonPersistentDiskSource = object({
  pdID: string({ pb: 1 }),
  fsType: optional(string({ pb: 2 })),
});
export interface PhotonPersistentDiskSource extends Infer<typeof PhotonPersistentDiskSource> {}

export const PortworxVolumeSource = object({
  volumeID: string({ pb: 1 }),
  fsType: optional(string({ pb: 2 })),
  readOnly: optional(boolean({ pb: 3 })),
});
export interface PortworxVolumeSource extends Infer<typeof PortworxVolumeSource> {}
