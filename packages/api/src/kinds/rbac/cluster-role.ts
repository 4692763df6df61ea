import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { type Infer, listAtomic, object, optional } from "../../schema.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { PolicyRule } from "./policy-rule.ts";

const clusterRoleSchema = kindObject("What may be done, everywhere.", {
  rules: optional(listAtomic(PolicyRule, { pb: 2 })),
  aggregationRule: optional(
    object(
      {
        clusterRoleSelectors: optional(listAtomic(LabelSelector, { pb: 1 })),
      },
      { pb: 3 },
    ),
  ),
});
export interface ClusterRole extends Infer<typeof clusterRoleSchema> {}

export const ClusterRole: Kind<ClusterRole> = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRole",
  plural: "clusterroles",
  singular: "clusterrole",
  namespaced: false,
  builtIn: true,
  schema: clusterRoleSchema,
};
