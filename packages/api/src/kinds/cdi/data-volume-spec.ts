import { array, boolean, type Infer, listAtomic, map, object, oneOf, optional, string } from "../../schema.ts";
import { TypedLocalObjectReference, TypedObjectReference } from "../core/references.ts";
import { PlainResourceRequirements } from "../kubevirt/resources.ts";
import { LabelSelectorRequirement } from "../meta/label-selector.ts";
import { DataVolumeSource } from "./data-volume-source.ts";

export const DataVolumeClaimSpec = object({
  accessModes: optional(listAtomic(oneOf(["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]))),
  dataSource: optional(TypedLocalObjectReference),
  dataSourceRef: optional(TypedObjectReference),
  resources: optional(PlainResourceRequirements),
  selector: optional(
    object({
      matchExpressions: optional(listAtomic(LabelSelectorRequirement)),
      matchLabels: optional(map(string())),
    }),
  ),
  storageClassName: optional(string()),
  volumeAttributesClassName: optional(string()),
  volumeMode: optional(oneOf(["Block", "Filesystem", "FromStorageProfile"])),
  volumeName: optional(string()),
});
export interface DataVolumeClaimSpec extends Infer<typeof DataVolumeClaimSpec> {}

export const StorageSpec = object({
  accessModes: optional(array(oneOf(["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]))),
  dataSource: optional(TypedLocalObjectReference),
  dataSourceRef: optional(TypedObjectReference),
  resources: optional(PlainResourceRequirements),
  selector: optional(
    object({
      matchExpressions: optional(listAtomic(LabelSelectorRequirement)),
      matchLabels: optional(map(string())),
    }),
  ),
  storageClassName: optional(string()),
  volumeMode: optional(oneOf(["Block", "Filesystem", "FromStorageProfile"])),
  volumeName: optional(string()),
});
export interface StorageSpec extends Infer<typeof StorageSpec> {}

export const DataVolumeSpec = object({
  checkpoints: optional(
    array(
      object({
        current: string(),
        previous: string(),
      }),
    ),
  ),
  contentType: optional(string()),
  finalCheckpoint: optional(boolean()),
  preallocation: optional(boolean()),
  priorityClassName: optional(string()),
  pvc: optional(DataVolumeClaimSpec),
  source: optional(DataVolumeSource),
  sourceRef: optional(
    object({
      kind: string(),
      name: string(),
      namespace: optional(string()),
    }),
  ),
  storage: optional(StorageSpec),
});
export interface DataVolumeSpec extends Infer<typeof DataVolumeSpec> {}
