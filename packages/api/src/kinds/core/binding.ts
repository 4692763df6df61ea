import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { having, type Infer } from "../../schema.ts";
import { ObjectReference } from "./references.ts";

const bindingSchema = kindObject("Puts a pod on a node.", {
  target: having(ObjectReference, { pb: 2 }),
});
export interface Binding extends Infer<typeof bindingSchema> {}

export const Binding: Kind<Binding> = {
  group: "",
  version: "v1",
  kind: "Binding",
  plural: "bindings",
  singular: "binding",
  namespaced: true,
  builtIn: true,
  schema: bindingSchema,
};
