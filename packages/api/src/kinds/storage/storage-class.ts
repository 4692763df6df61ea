import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { boolean, type Infer, listAtomic, map, object, oneOf, optional, string } from "../../schema.ts";

export const TopologySelectorTerm = object(
  {
    matchLabelExpressions: optional(
      listAtomic(
        object({
          key: string({ pb: 1 }),
          values: listAtomic(string(), { pb: 2 }),
        }),
        { pb: 1 },
      ),
    ),
  },
  { "x-kubernetes-map-type": "atomic" },
);
export interface TopologySelectorTerm extends Infer<typeof TopologySelectorTerm> {}

const storageClassSchema = kindObject("A way to make persistent volumes.", {
  provisioner: string({ pb: 2 }),
  parameters: optional(map(string(), { pb: 3 })),
  reclaimPolicy: optional(oneOf(["Delete", "Recycle", "Retain"], { pb: 4 })),
  mountOptions: optional(listAtomic(string(), { pb: 5 })),
  allowVolumeExpansion: optional(boolean({ pb: 6 })),
  volumeBindingMode: optional(oneOf(["Immediate", "WaitForFirstConsumer"], { pb: 7 })),
  allowedTopologies: optional(listAtomic(TopologySelectorTerm, { pb: 8 })),
});
export interface StorageClass extends Infer<typeof storageClassSchema> {}

export const StorageClass: Kind<StorageClass> = {
  group: "storage.k8s.io",
  version: "v1",
  kind: "StorageClass",
  plural: "storageclasses",
  singular: "storageclass",
  shortNames: ["sc"],
  namespaced: false,
  builtIn: true,
  schema: storageClassSchema,
};
