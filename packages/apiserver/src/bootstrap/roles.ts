import { apiVersionOf, ClusterRole, ClusterRoleBinding, type PolicyRule } from "@peapod/api";

const labels = { "kubernetes.io/bootstrapping": "rbac-defaults" };
const discoveryPaths = [
  "/api",
  "/api/*",
  "/apis",
  "/apis/*",
  "/healthz",
  "/livez",
  "/openapi",
  "/openapi/*",
  "/readyz",
  "/version",
  "/version/",
];

/** Default roles that clients of any Kubernetes rely on. */
export function basicRoles(): {
  readonly roles: readonly ClusterRole[];
  readonly bindings: readonly ClusterRoleBinding[];
} {
  return {
    roles: [
      role("cluster-admin", [
        { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
        { nonResourceURLs: ["*"], verbs: ["*"] },
      ]),
      role("system:basic-user", [
        {
          apiGroups: ["authorization.k8s.io"],
          resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
          verbs: ["create"],
        },
        { apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"], verbs: ["create"] },
      ]),
      role("system:discovery", [{ nonResourceURLs: discoveryPaths, verbs: ["get"] }]),
      role("system:public-info-viewer", [
        { nonResourceURLs: ["/healthz", "/livez", "/readyz", "/version", "/version/"], verbs: ["get"] },
      ]),
    ],
    bindings: [
      binding("cluster-admin", ["system:masters"]),
      binding("system:basic-user", ["system:authenticated"]),
      binding("system:discovery", ["system:authenticated"]),
      binding("system:public-info-viewer", ["system:authenticated", "system:unauthenticated"]),
    ],
  };
}

function role(name: string, rules: readonly PolicyRule[]): ClusterRole {
  return { apiVersion: apiVersionOf(ClusterRole), kind: ClusterRole.kind, metadata: { name, labels }, rules };
}

function binding(name: string, groups: readonly string[]): ClusterRoleBinding {
  const apiGroup = "rbac.authorization.k8s.io";
  return {
    apiVersion: apiVersionOf(ClusterRoleBinding),
    kind: ClusterRoleBinding.kind,
    metadata: { name, labels },
    roleRef: { apiGroup, kind: "ClusterRole", name },
    subjects: groups.map((group) => ({ apiGroup, kind: "Group", name: group })),
  };
}
