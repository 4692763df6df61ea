import type { PolicyRule, Subject } from "@peapod/api";
import type { UserInfo } from "@peapod/machinery";
import type { Attributes, Authorizer, Decision } from "../engine/call.ts";
import type { Store } from "../store/store.ts";
import { ruleAllows } from "./rules.ts";

interface Binding {
  /** `ClusterRoleBinding "x"`, `RoleBinding "x/ns"` */
  readonly title: string;
  /** `""`: everywhere. */
  readonly namespace: string;
  readonly subjects: readonly Subject[];
  /** `ClusterRole "y"` */
  readonly role: string;
  readonly rules: readonly PolicyRule[];
}

const kinds = ["clusterroles", "roles", "clusterrolebindings", "rolebindings"].map(
  (plural) => `${plural}.rbac.authorization.k8s.io`,
);

/** An authoriser that reads the Role, ClusterRole and binding objects of the store, and reads them anew when they change. */
export function createRbacAuthorizer(store: Store): Authorizer {
  let bindings: readonly Binding[] | undefined;
  for (const kind of kinds) {
    store.collection(kind).subscribe({
      onEvent: () => {
        bindings = undefined;
      },
    });
  }
  return (attributes) => {
    bindings ??= readBindings(store);
    return decide(bindings, attributes);
  };
}

function decide(bindings: readonly Binding[], attributes: Attributes): Decision {
  const { user } = attributes;
  for (const { title, namespace, subjects, role, rules } of bindings) {
    if (namespace !== "" && !(attributes.isResource && attributes.namespace === namespace)) continue;
    const subject = subjects.find((one) => isSubject(one, user));
    if (!subject || !rules.some((rule) => ruleAllows(rule, attributes))) continue;
    return { allowed: true, reason: `RBAC: allowed by ${title} of ${role} to ${printSubject(subject)}` };
  }
  return { allowed: false };
}

function readBindings(store: Store): readonly Binding[] {
  const everywhere = store.collection("clusterrolebindings.rbac.authorization.k8s.io").list();
  const somewhere = store.collection("rolebindings.rbac.authorization.k8s.io").list();
  return [...everywhere, ...somewhere].map((entry) => {
    // Both kinds were validated against their schema, which is that of these types.
    const { roleRef, subjects = [] } = entry.parse() as unknown as {
      readonly roleRef: { readonly kind: string; readonly name: string };
      readonly subjects?: readonly Subject[];
    };
    const isNamespaced = roleRef.kind === "Role";
    const role = store.get({
      resource: `${isNamespaced ? "roles" : "clusterroles"}.rbac.authorization.k8s.io`,
      namespace: isNamespaced ? entry.namespace : "",
      name: roleRef.name,
    });
    const { rules = [] } = (role?.parse() ?? {}) as { readonly rules?: readonly PolicyRule[] };
    const kind = entry.namespace === "" ? "ClusterRoleBinding" : "RoleBinding";
    const name = entry.namespace === "" ? entry.name : `${entry.name}/${entry.namespace}`;
    return {
      title: `${kind} ${JSON.stringify(name)}`,
      namespace: entry.namespace,
      subjects,
      role: `${roleRef.kind} ${JSON.stringify(roleRef.name)}`,
      rules,
    };
  });
}

function isSubject({ kind, name, namespace }: Subject, { username, groups }: UserInfo): boolean {
  if (kind === "User") return name === "*" || name === username;
  if (kind === "Group") return groups.includes(name);
  return kind === "ServiceAccount" && username === `system:serviceaccount:${namespace ?? ""}:${name}`;
}

function printSubject({ kind, name, namespace }: Subject): string {
  return `${kind} ${JSON.stringify(kind === "ServiceAccount" ? `${name}/${namespace ?? ""}` : name)}`;
}
