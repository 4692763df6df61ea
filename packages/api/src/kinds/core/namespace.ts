import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { type Infer, listAtomic, listMap, object, oneOf, optional, string, timestamp } from "../../schema.ts";

const namespaceSchema = kindObject(
  "A place for objects: names are unique within one, and deleting it deletes all that is in it.",
  {
    spec: optional(
      object(
        {
          finalizers: optional(listAtomic(string(), { pb: 1 })),
        },
        { pb: 2 },
      ),
    ),
    status: optional(
      object(
        {
          phase: optional(oneOf(["Active", "Terminating"], { pb: 1 })),
          conditions: optional(
            listMap(
              ["type"],
              object({
                type: string({ pb: 1 }),
                status: oneOf(["False", "True", "Unknown"], { pb: 2 }),
                lastTransitionTime: optional(timestamp({ pb: 4 })),
                reason: optional(string({ pb: 5 })),
                message: optional(string({ pb: 6 })),
              }),
              { "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "type", pb: 2 },
            ),
          ),
        },
        { pb: 3 },
      ),
    ),
  },
);
export interface Namespace extends Infer<typeof namespaceSchema> {}

export const Namespace: Kind<Namespace> = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  singular: "namespace",
  shortNames: ["ns"],
  namespaced: false,
  subresources: { status: true },
  selectableFields: ["status.phase"],
  builtIn: true,
  schema: namespaceSchema,
};
