import { boolean, having, type Infer, int32, listAtomic, map, object, optional, string } from "../../schema.ts";
import { ObjectReference, SecretReference } from "./references.ts";

export const PersistentGlusterfsSource = object({
  endpoints: string({ pb: 1 }),
  path: string({ pb: 2 }),
  readOnly: optional(boolean({ pb: 3 })),
  endpointsNamespace: optional(string({ pb: 4 })),
});
export interface PersistentGlusterfsSource extends Infer<typeof PersistentGlusterfsSource> {}

export const PersistentRBDSource = object({
  monitors: listAtomic(string(), { pb: 1 }),
  image: string({ pb: 2 }),
  fsType: optional(string({ pb: 3 })),
  pool: optional(string({ default: "rbd", pb: 4 })),
  user: optional(string({ default: "admin", pb: 5 })),
  keyring: optional(string({ default: "/etc/ceph/keyring", pb: 6 })),
  secretRef: optional(having(SecretReference, { pb: 7 })),
  readOnly: optional(boolean({ pb: 8 })),
});
export interface PersistentRBDSource extends Infer<typeof PersistentRBDSource> {}

export const PersistentISCSISource = object({
  targetPortal: string({ pb: 1 }),
  iqn: string({ pb: 2 }),
  lun: int32({ pb: 3 }),
  iscsiInterface: optional(string({ default: "default", pb: 4 })),
  fsType: optional(string({ pb: 5 })),
  readOnly: optional(boolean({ pb: 6 })),
  portals: optional(listAtomic(string(), { pb: 7 })),
  chapAuthDiscovery: optional(boolean({ pb: 8 })),
  chapAuthSession: optional(boolean({ pb: 11 })),
  secretRef: optional(having(SecretReference, { pb: 10 })),
  initiatorName: optional(string({ pb: 12 })),
});
export interface PersistentISCSISource extends Infer<typeof PersistentISCSISource> {}

export const PersistentCinderSource = object({
  volumeID: string({ pb: 1 }),
  fsType: optional(string({ pb: 2 })),
  readOnly: optional(boolean({ pb: 3 })),
  secretRef: optional(having(SecretReference, { pb: 4 })),
});
export interface PersistentCinderSource extends Infer<typeof PersistentCinderSource> {}

export const PersistentCephFSSource = object({
  monitors: listAtomic(string(), { pb: 1 }),
  path: optional(string({ pb: 2 })),
  user: optional(string({ pb: 3 })),
  secretFile: optional(string({ pb: 4 })),
  secretRef: optional(having(SecretReference, { pb: 5 })),
  readOnly: optional(boolean({ pb: 6 })),
});
export interface PersistentCephFSSource extends Infer<typeof PersistentCephFSSource> {}

export const PersistentFlexVolumeSource = object({
  driver: string({ pb: 1 }),
  fsType: optional(string({ pb: 2 })),
  secretRef: optional(having(SecretReference, { pb: 3 })),
  readOnly: optional(boolean({ pb: 4 })),
  options: optional(map(string(), { pb: 5 })),
});
export interface PersistentFlexVolumeSource extends Infer<typeof PersistentFlexVolumeSource> {}

export const PersistentAzureFileSource = object({
  secretName: string({ pb: 1 }),
  shareName: string({ pb: 2 }),
  readOnly: optional(boolean({ pb: 3 })),
  secretNamespace: optional(string({ pb: 4 })),
});
export interface PersistentAzureFileSource extends Infer<typeof PersistentAzureFileSource> {}

export const PersistentScaleIOSource = object({
  gateway: string({ pb: 1 }),
  system: string({ pb: 2 }),
  secretRef: having(SecretReference, { pb: 3 }),
  sslEnabled: optional(boolean({ pb: 4 })),
  protectionDomain: optional(string({ pb: 5 })),
  storagePool: optional(string({ pb: 6 })),
  storageMode: optional(string({ default: "ThinProvisioned", pb: 7 })),
  volumeName: optional(string({ pb: 8 })),
  fsType: optional(string({ default: "xfs", pb: 9 })),
  readOnly: optional(boolean({ pb: 10 })),
});
export interface PersistentScaleIOSource extends Infer<typeof PersistentScaleIOSource> {}

export const PersistentLocalSource = object({
  path: string({ pb: 1 }),
  fsType: optional(string({ pb: 2 })),
});
export interface PersistentLocalSource extends Infer<typeof PersistentLocalSource> {}

export const PersistentStorageosSource = object({
  volumeName: optional(string({ pb: 1 })),
  volumeNamespace: optional(string({ pb: 2 })),
  fsType: optional(string({ pb: 3 })),
  readOnly: optional(boolean({ pb: 4 })),
  secretRef: optional(having(ObjectReference, { pb: 5 })),
});
export interface PersistentStorageosSource extends Infer<typeof PersistentStorageosSource> {}

export const PersistentCSISource = object({
  driver: string({ pb: 1 }),
  volumeHandle: string({ pb: 2 }),
  readOnly: optional(boolean({ pb: 3 })),
  fsType: optional(string({ pb: 4 })),
  volumeAttributes: optional(map(string(), { pb: 5 })),
  controllerPublishSecretRef: optional(having(SecretReference, { pb: 6 })),
  nodeStageSecretRef: optional(having(SecretReference, { pb: 7 })),
  nodePublishSecretRef: optional(having(SecretReference, { pb: 8 })),
  controllerExpandSecretRef: optional(having(SecretReference, { pb: 9 })),
  nodeExpandSecretRef: optional(having(SecretReference, { pb: 10 })),
});
export interface PersistentCSISource extends Infer<typeof PersistentCSISource> {}
