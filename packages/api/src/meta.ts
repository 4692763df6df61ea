import {
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

/** An object that owns this one: when the last owner is gone, the garbage collector removes it. */
export const OwnerReference = object(
  {
    apiVersion: string({ description: "Group and version of the owner.", pb: 5 }),
    kind: string({ description: "Kind of the owner.", pb: 1 }),
    name: string({ description: "Name of the owner, in the same namespace or cluster-wide.", pb: 3 }),
    uid: string({ description: "The uid tells an owner from a later object of the same name.", pb: 4 }),
    controller: optional(boolean({ description: "True for the one owner that manages this object.", pb: 6 })),
    blockOwnerDeletion: optional(
      boolean({ description: "The owner stays until this object is gone, if it is deleted in the foreground.", pb: 7 }),
    ),
  },
  { "x-kubernetes-map-type": "atomic" },
);
export interface OwnerReference extends Infer<typeof OwnerReference> {}

/** Which fields one writer owns: server-side apply's book-keeping. */
export const ManagedFieldsEntry = object({
  manager: optional(string({ description: "Name of the writer.", pb: 1 })),
  operation: optional(oneOf(["Apply", "Update"], { description: "Server-side apply, or any other write.", pb: 2 })),
  apiVersion: optional(string({ description: "Version of the object that the field names belong to.", pb: 3 })),
  time: optional(timestamp({ description: "When the set of fields last changed.", pb: 4 })),
  fieldsType: optional(string({ description: "Always FieldsV1.", pb: 6 })),
  fieldsV1: optional(freeObject({ description: "The fields, as a tree of names.", pb: 7 })),
  subresource: optional(string({ description: "Through which subresource the write came.", pb: 8 })),
});
export interface ManagedFieldsEntry extends Infer<typeof ManagedFieldsEntry> {}

/** What every stored object carries. */
export const ObjectMeta = object({
  name: optional(
    string({ description: "Unique among the objects of this kind in the namespace; never changes.", pb: 1 }),
  ),
  generateName: optional(
    string({ description: "A prefix: the server adds five characters and so makes the name.", pb: 2 }),
  ),
  namespace: optional(string({ description: "The namespace the object lives in; never changes.", pb: 3 })),
  selfLink: optional(string({ description: "Unused; kept for old clients.", pb: 4 })),
  uid: optional(
    string({ description: "Given by the server at creation; another object of the same name has another one.", pb: 5 }),
  ),
  resourceVersion: optional(
    string({ description: "Changes with every write; an update that carries an old one is refused.", pb: 6 }),
  ),
  generation: optional(int64({ description: "Counts the changes of what is wanted.", pb: 7 })),
  creationTimestamp: optional(timestamp({ description: "When the server created the object.", pb: 8 })),
  deletionTimestamp: optional(
    timestamp({
      description: "Set when deletion was asked for and finalizers or a grace period hold the object.",
      pb: 9,
    }),
  ),
  deletionGracePeriodSeconds: optional(int64({ description: "Seconds granted to end by itself.", pb: 10 })),
  labels: optional(map(string(), { description: "Short facts that selectors can match.", pb: 11 })),
  annotations: optional(
    map(string(), { description: "Facts for people and tools; selectors do not see them.", pb: 12 }),
  ),
  ownerReferences: optional(
    listMap(["uid"], OwnerReference, {
      description: "The objects that this one depends on.",
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "uid",
      pb: 13,
    }),
  ),
  finalizers: optional(
    listSet(string(), {
      description: "As long as one is left, a deleted object stays, so that its author can clean up.",
      "x-kubernetes-patch-strategy": "merge",
      pb: 14,
    }),
  ),
  managedFields: optional(listAtomic(ManagedFieldsEntry, { description: "Who owns which field.", pb: 17 })),
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
