import {
  array,
  boolean,
  freeObject,
  type Infer,
  int64,
  listAtomic,
  listMap,
  listSet,
  map,
  object,
  oneOf,
  optional,
  string,
  timestamp,
} from "./schema.ts";

/** @see fields/meta_v1_ObjectMeta: the room's owner completes descriptions, wire numbers and patch keys. */
export const OwnerReference = object({
  apiVersion: string(),
  kind: string(),
  name: string(),
  uid: string(),
  controller: optional(boolean()),
  blockOwnerDeletion: optional(boolean()),
});
export interface OwnerReference extends Infer<typeof OwnerReference> {}

export const ManagedFieldsEntry = object({
  manager: optional(string()),
  operation: optional(oneOf(["Apply", "Update"])),
  apiVersion: optional(string()),
  time: optional(timestamp()),
  fieldsType: optional(string()),
  fieldsV1: optional(freeObject()),
  subresource: optional(string()),
});
export interface ManagedFieldsEntry extends Infer<typeof ManagedFieldsEntry> {}

export const ObjectMeta = object({
  name: optional(string()),
  generateName: optional(string()),
  namespace: optional(string()),
  selfLink: optional(string()),
  uid: optional(string()),
  resourceVersion: optional(string()),
  generation: optional(int64()),
  creationTimestamp: optional(timestamp()),
  deletionTimestamp: optional(timestamp()),
  deletionGracePeriodSeconds: optional(int64()),
  labels: optional(map(string())),
  annotations: optional(map(string())),
  ownerReferences: optional(listMap(["uid"], OwnerReference)),
  finalizers: optional(listSet(string())),
  managedFields: optional(listAtomic(ManagedFieldsEntry)),
});
export interface ObjectMeta extends Infer<typeof ObjectMeta> {}

export const Condition = object({
  type: string(),
  status: oneOf(["True", "False", "Unknown"]),
  reason: optional(string()),
  message: optional(string()),
  lastTransitionTime: optional(timestamp()),
  lastProbeTime: optional(timestamp()),
  observedGeneration: optional(int64()),
});
export interface Condition extends Infer<typeof Condition> {}

export const Finalizers = array(string());
