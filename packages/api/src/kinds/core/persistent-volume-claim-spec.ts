import { having, type Infer, listAtomic, map, object, oneOf, optional, quantity, string } from "../../schema.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { TypedLocalObjectReference, TypedObjectReference } from "./references.ts";

export const VolumeResourceRequirements = object({
  limits: optional(map(quantity(), { pb: 1 })),
  requests: optional(map(quantity(), { pb: 2 })),
});
export interface VolumeResourceRequirements extends Infer<typeof VolumeResourceRequirements> {}

export const PersistentVolumeClaimSpec = object({
  accessModes: optional(
    listAtomic(oneOf(["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]), { pb: 1 }),
  ),
  selector: optional(having(LabelSelector, { pb: 4 })),
  resources: optional(having(VolumeResourceRequirements, { pb: 2 })),
  volumeName: optional(string({ pb: 3 })),
  storageClassName: optional(string({ pb: 5 })),
  volumeMode: optional(oneOf(["Block", "Filesystem"], { pb: 6 })),
  dataSource: optional(having(TypedLocalObjectReference, { pb: 7 })),
  dataSourceRef: optional(having(TypedObjectReference, { pb: 8 })),
  volumeAttributesClassName: optional(string({ pb: 9 })),
});
export interface PersistentVolumeClaimSpec extends Infer<typeof PersistentVolumeClaimSpec> {}
