import { isRecord } from "../deep-equal.ts";
import type { Kind, KubeObject } from "../kind.ts";
import { type Defaults, fill, type Json } from "./fill.ts";
import { defaultLimitRange } from "./limit-range.ts";
import { defaultNode } from "./node.ts";
import { defaultPod } from "./pod.ts";
import { defaultBinding } from "./rbac.ts";
import { defaultEndpointSlice, defaultService } from "./service.ts";
import { defaultWebhooks } from "./webhooks.ts";

const rules: { readonly [kind: string]: (object: Json) => Json } = {
  "/Pod": defaultPod,
  "/Service": defaultService,
  "/Node": defaultNode,
  "/Secret": filling({ type: "Opaque" }),
  "/PersistentVolumeClaim": filling({ "spec.volumeMode": "Filesystem" }),
  "/PersistentVolume": filling({ "spec.volumeMode": "Filesystem", "spec.persistentVolumeReclaimPolicy": "Retain" }),
  "/Endpoints": filling({ "subsets[].ports[].protocol": "TCP" }),
  "/LimitRange": defaultLimitRange,
  "discovery.k8s.io/EndpointSlice": defaultEndpointSlice,
  "storage.k8s.io/StorageClass": filling({ reclaimPolicy: "Delete", volumeBindingMode: "Immediate" }),
  "scheduling.k8s.io/PriorityClass": filling({ preemptionPolicy: "PreemptLowerPriority" }),
  "apiextensions.k8s.io/CustomResourceDefinition": filling({
    "spec.conversion": { strategy: "None" },
    "spec.conversion.webhook.clientConfig.service.port": 443,
  }),
  "apiregistration.k8s.io/APIService": filling({ "spec.service.port": 443 }),
  "admissionregistration.k8s.io/MutatingWebhookConfiguration": defaultWebhooks,
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration": defaultWebhooks,
  "authentication.k8s.io/TokenRequest": filling({ "spec.expirationSeconds": 3600 }),
  "rbac.authorization.k8s.io/RoleBinding": defaultBinding,
  "rbac.authorization.k8s.io/ClusterRoleBinding": defaultBinding,
};

/**
 * Fills in what Kubernetes fills into its own kinds and their schema does not say: a pod's restart policy, a service's type. Other
 * kinds, and values of an unexpected shape, come back as they are; validation is to refuse those.
 */
export function defaultObject<T extends KubeObject>(kind: Kind<T>, object: NoInfer<T>): T {
  const rule = rules[`${kind.group}/${kind.kind}`];
  return rule && isRecord(object) ? (rule(object) as unknown as T) : object; // only absent fields were added
}

function filling(defaults: Defaults): (object: Json) => Json {
  return (object) => fill(object, defaults);
}
