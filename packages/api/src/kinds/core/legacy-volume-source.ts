import { boolean, having, type Infer, int32, listAtomic, map, object, optional, string } from "../../schema.ts";
import { LocalObjectReference } from "./references.ts";

export const GitRepoVolumeSource = object({
  repository: string({ pb: 1 }),
  revision: optional(string({ pb: 2 })),
  directory: optional(string({ pb: 3 })),
});
export interface GitRepoVolumeSource extends Infer<typeof GitRepoVolumeSource> {}

export const ISCSIVolumeSource = object({
  targetPortal: string({ pb: 1 }),
  iqn: string({ pb: 2 }),
  lun: int32({ pb: 3 }),
  iscsiInterface: optional(string({ default: "default", pb: 4 })),
  fsType: optional(string({ pb: 5 })),
  readOnly: optional(boolean({ pb: 6 })),
  portals: optional(listAtomic(string(), { pb: 7 })),
  chapAuthDiscovery: optional(boolean({ pb: 8 })),
  chapAuthSession: optional(boolean({ pb: 11 })),
  secretRef: optional(having(LocalObjectReference, { pb: 10 })),
  initiatorName: optional(string({ pb: 12 })),
});
export interface ISCSIVolumeSource extends Infer<typeof ISCSIVolumeSource> {}

export const GlusterfsVolumeSource = object({
  endpoints: string({ pb: 1 }),
  path: string({ pb: 2 }),
  readOnly: optional(boolean({ pb: 3 })),
});
export interface GlusterfsVolumeSource extends Infer<typeof GlusterfsVolumeSource> {}

export const RBDVolumeSource = object({
  monitors: listAtomic(string(), { pb: 1 }),
  image: string({ pb: 2 }),
  fsType: optional(string({ pb: 3 })),
  pool: optional(string({ default: "rbd", pb: 4 })),
  user: optional(string({ default: "admin", pb: 5 })),
  keyring: optional(string({ default: "/etc/ceph/keyring", pb: 6 })),
  secretRef: optional(having(LocalObjectReference, { pb: 7 })),
  readOnly: optional(boolean({ pb: 8 })),
});
export interface RBDVolumeSource extends Infer<typeof RBDVolumeSource> {}

export const FlexVolumeVolumeSource = object({
  driver: string({ pb: 1 }),
  fsType: optional(string({ pb: 2 })),
  secretRef: optional(having(LocalObjectReference, { pb: 3 })),
  readOnly: optional(boolean({ pb: 4 })),
  options: optional(map(string(), { pb: 5 })),
});
export interface FlexVolumeVolumeSource extends Infer<typeof FlexVolumeVolumeSource> {}

export const CinderVolumeSource = object({
  volumeID: string({ pb: 1 }),
  fsType: optional(string({ pb: 2 })),
  readOnly: optional(boolean({ pb: 3 })),
  secretRef: optional(having(LocalObjectReference, { pb: 4 })),
});
export interface CinderVolumeSource extends Infer<typeof CinderVolumeSource> {}

export const CephFSVolumeSource = object({
  monitors: listAtomic(string(), { pb: 1 }),
  path: optional(string({ pb: 2 })),
  user: optional(string({ pb: 3 })),
  secretFile: optional(string({ pb: 4 })),
  secretRef: optional(having(LocalObjectReference, { pb: 5 })),
  readOnly: optional(boolean({ pb: 6 })),
});
export interface CephFSVolumeSource extends Infer<typeof CephFSVolumeSource> {}

export const AzureFileVolumeSource = object({
  secretName: string({ pb: 1 }),
  shareName: string({ pb: 2 }),
  readOnly: optional(boolean({ pb: 3 })),
});
export interface AzureFileVolumeSource extends Infer<typeof AzureFileVolumeSource> {}

export const ScaleIOVolumeSource = object({
  gateway: string({ pb: 1 }),
  system: string({ pb: 2 }),
  secretRef: having(LocalObjectReference, { pb: 3 }),
  sslEnabled: optional(boolean({ pb: 4 })),
  protectionDomain: optional(string({ pb: 5 })),
  storagePool: optional(string({ pb: 6 })),
  storageMode: optional(string({ default: "ThinProvisioned", pb: 7 })),
  volumeName: optional(string({ pb: 8 })),
  fsType: optional(string({ default: "xfs", pb: 9 })),
  readOnly: optional(boolean({ pb: 10 })),
});
export interface ScaleIOVolumeSource extends Infer<typeof ScaleIOVolumeSource> {}

export const StorageosVolumeSource = object({
  volumeName: optional(string({ pb: 1 })),
  volumeNamespace: optional(string({ pb: 2 })),
  fsType: optional(string({ pb: 3 })),
  readOnly: optional(boolean({ pb: 4 })),
  secretRef: optional(having(LocalObjectReference, { pb: 5 })),
});
export interface StorageosVolumeSource extends Infer<typeof StorageosVolumeSource> {}
