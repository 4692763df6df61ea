import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { anyValue, type Infer, int64, optional } from "../../schema.ts";

const controllerRevisionSchema = kindObject(
  "A state that a controller froze, so as to come back to it or compare with it.",
  {
    data: optional(anyValue({ pb: 2 })),
    revision: int64({ pb: 3 }),
  },
);
export interface ControllerRevision extends Infer<typeof controllerRevisionSchema> {}

export const ControllerRevision: Kind<ControllerRevision> = {
  group: "apps",
  version: "v1",
  kind: "ControllerRevision",
  plural: "controllerrevisions",
  singular: "controllerrevision",
  namespaced: true,
  builtIn: true,
  schema: controllerRevisionSchema,
};
