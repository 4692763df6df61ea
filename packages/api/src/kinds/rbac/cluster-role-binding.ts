import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { having, type Infer, listAtomic, optional } from "../../schema.ts";
import { RoleRef, Subject } from "./subject.ts";

const clusterRoleBindingSchema = kindObject("Who may do what a role says, everywhere.", {
  subjects: optional(listAtomic(Subject, { pb: 2 })),
  roleRef: having(RoleRef, { pb: 3 }),
});
export interface ClusterRoleBinding extends Infer<typeof clusterRoleBindingSchema> {}

export const ClusterRoleBinding: Kind<ClusterRoleBinding> = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  singular: "clusterrolebinding",
  namespaced: false,
  builtIn: true,
  schema: clusterRoleBindingSchema,
};
