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
    listAtomic(oneOf(["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]), {
      description: "How it is to be mounted.",
      pb: 1,
    }),
  ),
  selector: optional(having(LabelSelector, { description: "Labels the volume must have.", pb: 4 })),
  resources: optional(having(VolumeResourceRequirements, { description: "How big it must be.", pb: 2 })),
  volumeName: optional(string({ description: "The volume it is bound to.", pb: 3 })),
  storageClassName: optional(string({ description: "How it is made.", pb: 5 })),
  volumeMode: optional(oneOf(["Block", "Filesystem"], { description: "Filesystem or Block.", pb: 6 })),
  dataSource: optional(having(TypedLocalObjectReference, { description: "What it is filled with.", pb: 7 })),
  dataSourceRef: optional(
    having(TypedObjectReference, { description: "What it is filled with, from other namespaces too.", pb: 8 }),
  ),
  volumeAttributesClassName: optional(string({ description: "Its performance.", pb: 9 })),
});
export interface PersistentVolumeClaimSpec extends Infer<typeof PersistentVolumeClaimSpec> {}
