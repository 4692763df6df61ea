import type { Kind } from "./kind.ts";
import { dns1035Label, dns1123Label, dns1123Subdomain, type NameRule, pathSegment } from "./names.ts";

const rules: { readonly [kind: string]: NameRule } = {
  "/Namespace": dns1123Label,
  "/Service": dns1035Label,
  "rbac.authorization.k8s.io/Role": pathSegment,
  "rbac.authorization.k8s.io/RoleBinding": pathSegment,
  "rbac.authorization.k8s.io/ClusterRole": pathSegment,
  "rbac.authorization.k8s.io/ClusterRoleBinding": pathSegment,
  "apiregistration.k8s.io/APIService": pathSegment,
};

/** Which names a kind allows. */
export function nameRuleOf(kind: Pick<Kind, "group" | "kind">): NameRule {
  return rules[`${kind.group}/${kind.kind}`] ?? dns1123Subdomain;
}
