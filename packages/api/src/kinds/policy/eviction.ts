import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { having, type Infer, optional } from "../../schema.ts";
import { DeleteOptions } from "../meta/options.ts";

const evictionSchema = kindObject("Asks a pod to leave its node, as far as budgets allow.", {
  deleteOptions: optional(having(DeleteOptions, { pb: 2 })),
});
export interface Eviction extends Infer<typeof evictionSchema> {}

export const Eviction: Kind<Eviction> = {
  group: "policy",
  version: "v1",
  kind: "Eviction",
  plural: "evictions",
  singular: "eviction",
  namespaced: true,
  builtIn: true,
  schema: evictionSchema,
};
