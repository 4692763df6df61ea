import type { Kind } from "@peapod/api";
import { configMapStrategy } from "./config-map.ts";
import { namespaceStrategy } from "./namespace.ts";
import { podStrategy } from "./pod.ts";
import { secretStrategy } from "./secret.ts";
import { builtInStrategy, type Strategy } from "./strategy.ts";

/** Kinds that are never stored: they exist as bodies of subresources only. */
export const bodyKinds: ReadonlySet<string> = new Set([
  "autoscaling/Scale",
  "policy/Eviction",
  "authentication.k8s.io/TokenRequest",
  "/Binding",
]);

/** Kinds that one may only POST: a question that is answered at once, or an order. */
export const createOnlyKinds: ReadonlySet<string> = new Set([
  "authentication.k8s.io/TokenReview",
  "authentication.k8s.io/SelfSubjectReview",
  "authorization.k8s.io/SubjectAccessReview",
  "authorization.k8s.io/LocalSubjectAccessReview",
  "authorization.k8s.io/SelfSubjectAccessReview",
  "authorization.k8s.io/SelfSubjectRulesReview",
]);

const strategies: Readonly<Record<string, Strategy>> = {
  "/Pod": podStrategy,
  "/Namespace": namespaceStrategy,
  "/Secret": secretStrategy,
  "/ConfigMap": configMapStrategy,
  "/Node": { ...builtInStrategy, keepsStatusOnCreate: true },
  "/ServiceAccount": { ...builtInStrategy, answersDeletedObject: true },
  "/Endpoints": { ...builtInStrategy, createsOnUpdate: true },
  "/Event": { ...builtInStrategy, createsOnUpdate: true },
  "events.k8s.io/Event": { ...builtInStrategy, createsOnUpdate: true },
  "/LimitRange": { ...builtInStrategy, createsOnUpdate: true },
  "/PersistentVolume": { ...withPhase("Pending"), answersDeletedObject: true },
  "/PersistentVolumeClaim": { ...withPhase("Pending"), answersDeletedObject: true },
  "coordination.k8s.io/Lease": { ...builtInStrategy, allowsUnconditionalUpdate: false, createsOnUpdate: true },
  "rbac.authorization.k8s.io/Role": { ...builtInStrategy, createsOnUpdate: true },
  "rbac.authorization.k8s.io/RoleBinding": { ...builtInStrategy, createsOnUpdate: true },
  "rbac.authorization.k8s.io/ClusterRole": { ...builtInStrategy, createsOnUpdate: true },
  "rbac.authorization.k8s.io/ClusterRoleBinding": { ...builtInStrategy, createsOnUpdate: true },
  "policy/PodDisruptionBudget": { ...builtInStrategy, allowsUnconditionalUpdate: false, generation: "all" },
  "apiregistration.k8s.io/APIService": { ...builtInStrategy, allowsUnconditionalUpdate: false },
  "admissionregistration.k8s.io/MutatingWebhookConfiguration": {
    ...builtInStrategy,
    allowsUnconditionalUpdate: false,
    generation: "all",
  },
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration": {
    ...builtInStrategy,
    allowsUnconditionalUpdate: false,
    generation: "all",
  },
};

export function strategyOf(kind: Pick<Kind, "group" | "kind">): Strategy {
  return strategies[`${kind.group}/${kind.kind}`] ?? builtInStrategy;
}

function withPhase(phase: string): Strategy {
  return { ...builtInStrategy, prepareCreate: (object) => ({ ...object, status: { phase } }) };
}
