import { ObjectMeta } from "../../meta.ts";
import {
  boolean,
  having,
  type Infer,
  int32,
  int64,
  listAtomic,
  map,
  object,
  oneOf,
  optional,
  quantity,
  string,
} from "../../schema.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { ObjectFieldSelector, ResourceFieldSelector } from "./field-selector.ts";
import { KeyToPath } from "./key-to-path.ts";
import { PersistentVolumeClaimSpec } from "./persistent-volume-claim-spec.ts";
import { LocalObjectReference } from "./references.ts";

export const EmptyDirVolumeSource = object({
  medium: optional(string({ pb: 1 })),
  sizeLimit: optional(quantity({ pb: 2 })),
});
export interface EmptyDirVolumeSource extends Infer<typeof EmptyDirVolumeSource> {}

export const SecretVolumeSource = object({
  secretName: optional(string({ pb: 1 })),
  items: optional(listAtomic(KeyToPath, { pb: 2 })),
  defaultMode: optional(int32({ pb: 3 })),
  optional: optional(boolean({ pb: 4 })),
});
export interface SecretVolumeSource extends Infer<typeof SecretVolumeSource> {}

export const PersistentVolumeClaimVolumeSource = object({
  claimName: string({ pb: 1 }),
  readOnly: optional(boolean({ pb: 2 })),
});
export interface PersistentVolumeClaimVolumeSource extends Infer<typeof PersistentVolumeClaimVolumeSource> {}

export const DownwardAPIVolumeFile = object({
  path: string({ pb: 1 }),
  fieldRef: optional(having(ObjectFieldSelector, { pb: 2 })),
  resourceFieldRef: optional(having(ResourceFieldSelector, { pb: 3 })),
  mode: optional(int32({ pb: 4 })),
});
export interface DownwardAPIVolumeFile extends Infer<typeof DownwardAPIVolumeFile> {}

export const DownwardAPIVolumeSource = object({
  items: optional(listAtomic(DownwardAPIVolumeFile, { pb: 1 })),
  defaultMode: optional(int32({ pb: 2 })),
});
export interface DownwardAPIVolumeSource extends Infer<typeof DownwardAPIVolumeSource> {}

export const ConfigMapVolumeSource = object({
  name: optional(string({ pb: "1.1" })),
  items: optional(listAtomic(KeyToPath, { pb: 2 })),
  defaultMode: optional(int32({ pb: 3 })),
  optional: optional(boolean({ pb: 4 })),
});
export interface ConfigMapVolumeSource extends Infer<typeof ConfigMapVolumeSource> {}

export const VolumeProjection = object({
  secret: optional(
    object(
      {
        name: optional(string({ pb: "1.1" })),
        items: optional(listAtomic(KeyToPath, { pb: 2 })),
        optional: optional(boolean({ pb: 4 })),
      },
      { pb: 1 },
    ),
  ),
  downwardAPI: optional(
    object(
      {
        items: optional(listAtomic(DownwardAPIVolumeFile, { pb: 1 })),
      },
      { pb: 2 },
    ),
  ),
  configMap: optional(
    object(
      {
        name: optional(string({ pb: "1.1" })),
        items: optional(listAtomic(KeyToPath, { pb: 2 })),
        optional: optional(boolean({ pb: 4 })),
      },
      { pb: 3 },
    ),
  ),
  serviceAccountToken: optional(
    object(
      {
        audience: optional(string({ pb: 1 })),
        expirationSeconds: optional(int64({ pb: 2 })),
        path: string({ pb: 3 }),
      },
      { pb: 4 },
    ),
  ),
  clusterTrustBundle: optional(
    object(
      {
        name: optional(string({ pb: 1 })),
        signerName: optional(string({ pb: 2 })),
        labelSelector: optional(having(LabelSelector, { pb: 3 })),
        optional: optional(boolean({ pb: 5 })),
        path: string({ pb: 4 }),
      },
      { pb: 5 },
    ),
  ),
  podCertificate: optional(
    object(
      {
        signerName: string({ pb: 1 }),
        keyType: string({ pb: 2 }),
        maxExpirationSeconds: optional(int32({ pb: 3 })),
        credentialBundlePath: optional(string({ pb: 4 })),
        keyPath: optional(string({ pb: 5 })),
        certificateChainPath: optional(string({ pb: 6 })),
      },
      { pb: 6 },
    ),
  ),
});
export interface VolumeProjection extends Infer<typeof VolumeProjection> {}

export const ProjectedVolumeSource = object({
  sources: optional(listAtomic(VolumeProjection, { pb: 1 })),
  defaultMode: optional(int32({ pb: 2 })),
});
export interface ProjectedVolumeSource extends Infer<typeof ProjectedVolumeSource> {}

export const CSIVolumeSource = object({
  driver: string({ pb: 1 }),
  readOnly: optional(boolean({ pb: 2 })),
  fsType: optional(string({ pb: 3 })),
  volumeAttributes: optional(map(string(), { pb: 4 })),
  nodePublishSecretRef: optional(having(LocalObjectReference, { pb: 5 })),
});
export interface CSIVolumeSource extends Infer<typeof CSIVolumeSource> {}

export const EphemeralVolumeSource = object({
  volumeClaimTemplate: optional(
    object(
      {
        metadata: optional(having(ObjectMeta, { pb: 1 })),
        spec: having(PersistentVolumeClaimSpec, { pb: 2 }),
      },
      { pb: 1 },
    ),
  ),
});
export interface EphemeralVolumeSource extends Infer<typeof EphemeralVolumeSource> {}

export const ImageVolumeSource = object({
  reference: optional(string({ pb: 1 })),
  pullPolicy: optional(oneOf(["Always", "IfNotPresent", "Never"], { pb: 2 })),
});
export interface ImageVolumeSource extends Infer<typeof ImageVolumeSource> {}
