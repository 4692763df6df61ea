import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { boolean, type Infer, int32, oneOf, optional, string } from "../../schema.ts";

const priorityClassSchema = kindObject("How important pods are that name it.", {
  value: int32({ pb: 2 }),
  globalDefault: optional(boolean({ pb: 3 })),
  description: optional(string({ pb: 4 })),
  preemptionPolicy: optional(oneOf(["Never", "PreemptLowerPriority"], { pb: 5 })),
});
export interface PriorityClass extends Infer<typeof priorityClassSchema> {}

export const PriorityClass: Kind<PriorityClass> = {
  group: "scheduling.k8s.io",
  version: "v1",
  kind: "PriorityClass",
  plural: "priorityclasses",
  singular: "priorityclass",
  shortNames: ["pc"],
  namespaced: false,
  builtIn: true,
  schema: priorityClassSchema,
};
