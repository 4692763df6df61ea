import { array, boolean, type Infer, object, optional, string } from "../../schema.ts";

export const DataVolumeSourceGCS = object({
  secretRef: optional(string()),
  url: string(),
});
export interface DataVolumeSourceGCS extends Infer<typeof DataVolumeSourceGCS> {}

export const DataVolumeSourceHTTP = object({
  certConfigMap: optional(string()),
  extraHeaders: optional(array(string())),
  secretExtraHeaders: optional(array(string())),
  secretRef: optional(string()),
  url: string(),
});
export interface DataVolumeSourceHTTP extends Infer<typeof DataVolumeSourceHTTP> {}

export const DataVolumeSourceImageIO = object({
  certConfigMap: optional(string()),
  diskId: string(),
  insecureSkipVerify: optional(boolean()),
  secretRef: optional(string()),
  url: string(),
});
export interface DataVolumeSourceImageIO extends Infer<typeof DataVolumeSourceImageIO> {}

export const DataVolumeSourceObject = object({
  name: string(),
  namespace: string(),
});
export interface DataVolumeSourceObject extends Infer<typeof DataVolumeSourceObject> {}

export const DataVolumeSourceRegistry = object({
  certConfigMap: optional(string()),
  imageStream: optional(string()),
  platform: optional(
    object({
      architecture: optional(string()),
    }),
  ),
  pullMethod: optional(string()),
  secretRef: optional(string()),
  url: optional(string()),
});
export interface DataVolumeSourceRegistry extends Infer<typeof DataVolumeSourceRegistry> {}

export const DataVolumeSourceS3 = object({
  certConfigMap: optional(string()),
  secretRef: optional(string()),
  url: string(),
});
export interface DataVolumeSourceS3 extends Infer<typeof DataVolumeSourceS3> {}

export const DataVolumeSourceVDDK = object({
  backingFile: optional(string()),
  extraArgs: optional(string()),
  initImageURL: optional(string()),
  secretRef: optional(string()),
  thumbprint: optional(string()),
  url: optional(string()),
  uuid: optional(string()),
});
export interface DataVolumeSourceVDDK extends Infer<typeof DataVolumeSourceVDDK> {}

export const DataVolumeSource = object({
  blank: optional(object({})),
  gcs: optional(DataVolumeSourceGCS),
  http: optional(DataVolumeSourceHTTP),
  imageio: optional(DataVolumeSourceImageIO),
  pvc: optional(DataVolumeSourceObject),
  registry: optional(DataVolumeSourceRegistry),
  s3: optional(DataVolumeSourceS3),
  snapshot: optional(DataVolumeSourceObject),
  upload: optional(object({})),
  vddk: optional(DataVolumeSourceVDDK),
});
export interface DataVolumeSource extends Infer<typeof DataVolumeSource> {}
