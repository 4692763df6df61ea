import type { PolicyRule } from "@peapod/api";
import type { Attributes, Authorizer, Decision } from "../engine/call.ts";
import { ruleAllows } from "./rules.ts";

/** Our own components: their writes are held to what they declare by the controller runtime. */
const ownAccounts = "system:serviceaccount:peapod-system:";
const administrators = "system:masters";
const nodes = "system:nodes";

/** What a node's agent needs: it reads what guests are made of, and writes what it sees. */
const nodeRules: readonly PolicyRule[] = [
  { verbs: ["get", "list", "watch"], apiGroups: ["*"], resources: ["*"] },
  {
    verbs: ["create", "update", "patch", "delete"],
    apiGroups: [""],
    resources: ["nodes", "nodes/status", "pods", "pods/status", "pods/binding", "pods/eviction", "events"],
  },
  { verbs: ["create", "update", "patch"], apiGroups: ["events.k8s.io"], resources: ["events"] },
  { verbs: ["create", "update", "patch", "delete"], apiGroups: ["coordination.k8s.io"], resources: ["leases"] },
  {
    verbs: ["update", "patch"],
    apiGroups: ["kubevirt.io"],
    resources: [
      "virtualmachineinstances",
      "virtualmachineinstances/status",
      "virtualmachineinstancemigrations",
      "virtualmachineinstancemigrations/status",
    ],
  },
  {
    verbs: ["update", "patch"],
    apiGroups: [""],
    resources: ["persistentvolumeclaims/status", "persistentvolumes/status"],
  },
  {
    verbs: ["create", "update", "patch", "delete"],
    apiGroups: ["spiderpool.spidernet.io"],
    resources: ["spiderendpoints", "spiderippools/status"],
  },
  // A pool that is to go is held back by its finalizer until the allocator says that nothing of it is held.
  { verbs: ["update", "patch"], apiGroups: ["spiderpool.spidernet.io"], resources: ["spiderippools"] },
  { verbs: ["create"], apiGroups: [""], resources: ["serviceaccounts/token"] },
  {
    verbs: ["create"],
    apiGroups: ["authentication.k8s.io", "authorization.k8s.io"],
    resources: ["tokenreviews", "subjectaccessreviews"],
  },
];

/** Administrators and our own components may do everything, nodes their work, everybody else what RBAC's objects say. */
export function createAuthorizer(rbac: Authorizer): Authorizer {
  return (attributes) => {
    const { username, groups } = attributes.user;
    if (groups.includes(administrators) || username.startsWith(ownAccounts)) return { allowed: true };
    if (groups.includes(nodes) && username.startsWith("system:node:")) {
      const decision = decideNode(attributes);
      if (decision.allowed) return decision;
    }
    return rbac(attributes);
  };
}

function decideNode(attributes: Attributes): Decision {
  return { allowed: nodeRules.some((rule) => ruleAllows(rule, attributes)) };
}
