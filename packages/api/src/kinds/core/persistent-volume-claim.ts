import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import {
  having,
  type Infer,
  listAtomic,
  listMap,
  map,
  object,
  oneOf,
  optional,
  quantity,
  string,
  timestamp,
} from "../../schema.ts";
import { PersistentVolumeClaimSpec } from "./persistent-volume-claim-spec.ts";

export const PersistentVolumeClaimCondition = object({
  type: string({ pb: 1 }),
  status: oneOf(["False", "True", "Unknown"], { pb: 2 }),
  lastProbeTime: optional(timestamp({ pb: 3 })),
  lastTransitionTime: optional(timestamp({ pb: 4 })),
  reason: optional(string({ pb: 5 })),
  message: optional(string({ pb: 6 })),
});
export interface PersistentVolumeClaimCondition extends Infer<typeof PersistentVolumeClaimCondition> {}

export const PersistentVolumeClaimStatus = object({
  phase: optional(oneOf(["Bound", "Lost", "Pending"], { pb: 1 })),
  accessModes: optional(
    listAtomic(oneOf(["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]), { pb: 2 }),
  ),
  capacity: optional(map(quantity(), { pb: 3 })),
  conditions: optional(
    listMap(["type"], PersistentVolumeClaimCondition, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "type",
      pb: 4,
    }),
  ),
  allocatedResources: optional(map(quantity(), { pb: 5 })),
  allocatedResourceStatuses: optional(map(string(), { "x-kubernetes-map-type": "granular", pb: 7 })),
  currentVolumeAttributesClassName: optional(string({ pb: 8 })),
  modifyVolumeStatus: optional(
    object(
      {
        targetVolumeAttributesClassName: optional(string({ pb: 1 })),
        status: oneOf(["InProgress", "Infeasible", "Pending"], { pb: 2 }),
      },
      { pb: 9 },
    ),
  ),
});
export interface PersistentVolumeClaimStatus extends Infer<typeof PersistentVolumeClaimStatus> {}

const persistentVolumeClaimSchema = kindObject("A wish for storage.", {
  spec: optional(having(PersistentVolumeClaimSpec, { description: "What is wanted.", pb: 2 })),
  status: optional(having(PersistentVolumeClaimStatus, { description: "What became of it.", pb: 3 })),
});
export interface PersistentVolumeClaim extends Infer<typeof persistentVolumeClaimSchema> {}

export const PersistentVolumeClaim: Kind<PersistentVolumeClaim> = {
  group: "",
  version: "v1",
  kind: "PersistentVolumeClaim",
  plural: "persistentvolumeclaims",
  singular: "persistentvolumeclaim",
  shortNames: ["pvc"],
  namespaced: true,
  subresources: { status: true },
  builtIn: true,
  schema: persistentVolumeClaimSchema,
};
