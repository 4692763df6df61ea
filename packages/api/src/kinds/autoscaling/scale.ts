import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { type Infer, int32, object, optional, string } from "../../schema.ts";

const scaleSchema = kindObject("How many there should be, and are.", {
  spec: optional(
    object(
      {
        replicas: optional(int32({ default: 0, pb: 1 })),
      },
      { pb: 2 },
    ),
  ),
  status: optional(
    object(
      {
        replicas: int32({ pb: 1 }),
        selector: optional(string({ pb: 2 })),
      },
      { pb: 3 },
    ),
  ),
});
export interface Scale extends Infer<typeof scaleSchema> {}

export const Scale: Kind<Scale> = {
  group: "autoscaling",
  version: "v1",
  kind: "Scale",
  plural: "scales",
  singular: "scale",
  namespaced: true,
  builtIn: true,
  schema: scaleSchema,
};
