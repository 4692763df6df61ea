import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { type Infer, listAtomic, optional } from "../../schema.ts";
import { PolicyRule } from "./policy-rule.ts";

const roleSchema = kindObject("What may be done in a namespace.", {
  rules: optional(listAtomic(PolicyRule, { pb: 2 })),
});
export interface Role extends Infer<typeof roleSchema> {}

export const Role: Kind<Role> = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "Role",
  plural: "roles",
  singular: "role",
  namespaced: true,
  builtIn: true,
  schema: roleSchema,
};
