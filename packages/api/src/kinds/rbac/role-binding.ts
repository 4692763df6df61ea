import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { having, type Infer, listAtomic, optional } from "../../schema.ts";
import { RoleRef, Subject } from "./subject.ts";

const roleBindingSchema = kindObject("Who may do what a role says, in a namespace.", {
  subjects: optional(listAtomic(Subject, { pb: 2 })),
  roleRef: having(RoleRef, { pb: 3 }),
});
export interface RoleBinding extends Infer<typeof roleBindingSchema> {}

export const RoleBinding: Kind<RoleBinding> = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "RoleBinding",
  plural: "rolebindings",
  singular: "rolebinding",
  namespaced: true,
  builtIn: true,
  schema: roleBindingSchema,
};
