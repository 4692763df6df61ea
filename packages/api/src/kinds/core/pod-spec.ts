import {
  boolean,
  having,
  type Infer,
  int32,
  int64,
  listAtomic,
  listMap,
  map,
  object,
  oneOf,
  optional,
  quantity,
  string,
} from "../../schema.ts";
import { Affinity } from "./affinity.ts";
import { Container } from "./container.ts";
import { EphemeralContainer } from "./ephemeral-container.ts";
import { HostAlias, PodDNSConfig } from "./pod-dns.ts";
import { PodResourceClaim } from "./pod-resource-claim.ts";
import { PodSecurityContext } from "./pod-security-context.ts";
import { LocalObjectReference } from "./references.ts";
import { ResourceRequirements } from "./resource-requirements.ts";
import { Toleration } from "./toleration.ts";
import { TopologySpreadConstraint } from "./topology-spread-constraint.ts";
import { Volume } from "./volume.ts";

export const PodSpec = object({
  volumes: optional(
    listMap(["name"], Volume, {
      "x-kubernetes-patch-strategy": "merge,retainKeys",
      "x-kubernetes-patch-merge-key": "name",
      pb: 1,
    }),
  ),
  initContainers: optional(
    listMap(["name"], Container, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
      pb: 20,
    }),
  ),
  containers: listMap(["name"], Container, {
    "x-kubernetes-patch-strategy": "merge",
    "x-kubernetes-patch-merge-key": "name",
    pb: 2,
  }),
  ephemeralContainers: optional(
    listMap(["name"], EphemeralContainer, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
      pb: 34,
    }),
  ),
  restartPolicy: optional(oneOf(["Always", "Never", "OnFailure"], { pb: 3 })),
  terminationGracePeriodSeconds: optional(int64({ pb: 4 })),
  activeDeadlineSeconds: optional(int64({ pb: 5 })),
  dnsPolicy: optional(oneOf(["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"], { pb: 6 })),
  nodeSelector: optional(map(string(), { "x-kubernetes-map-type": "atomic", pb: 7 })),
  serviceAccountName: optional(string({ pb: 8 })),
  serviceAccount: optional(string({ pb: 9 })),
  automountServiceAccountToken: optional(boolean({ pb: 21 })),
  nodeName: optional(string({ pb: 10 })),
  hostNetwork: optional(boolean({ pb: 11 })),
  hostPID: optional(boolean({ pb: 12 })),
  hostIPC: optional(boolean({ pb: 13 })),
  shareProcessNamespace: optional(boolean({ pb: 27 })),
  securityContext: optional(having(PodSecurityContext, { pb: 14 })),
  imagePullSecrets: optional(
    listMap(["name"], LocalObjectReference, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
      pb: 15,
    }),
  ),
  hostname: optional(string({ pb: 16 })),
  subdomain: optional(string({ pb: 17 })),
  affinity: optional(having(Affinity, { pb: 18 })),
  schedulerName: optional(string({ pb: 19 })),
  tolerations: optional(listAtomic(Toleration, { pb: 22 })),
  hostAliases: optional(
    listMap(["ip"], HostAlias, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "ip",
      pb: 23,
    }),
  ),
  priorityClassName: optional(string({ pb: 24 })),
  priority: optional(int32({ pb: 25 })),
  dnsConfig: optional(having(PodDNSConfig, { pb: 26 })),
  readinessGates: optional(
    listAtomic(
      object({
        conditionType: string({ pb: 1 }),
      }),
      { pb: 28 },
    ),
  ),
  runtimeClassName: optional(string({ pb: 29 })),
  enableServiceLinks: optional(boolean({ pb: 30 })),
  preemptionPolicy: optional(oneOf(["Never", "PreemptLowerPriority"], { pb: 31 })),
  overhead: optional(map(quantity(), { pb: 32 })),
  topologySpreadConstraints: optional(
    listMap(["topologyKey", "whenUnsatisfiable"], TopologySpreadConstraint, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "topologyKey",
      pb: 33,
    }),
  ),
  setHostnameAsFQDN: optional(boolean({ pb: 35 })),
  os: optional(
    object(
      {
        name: string({ pb: 1 }),
      },
      { pb: 36 },
    ),
  ),
  hostUsers: optional(boolean({ pb: 37 })),
  schedulingGates: optional(
    listMap(
      ["name"],
      object({
        name: string({ pb: 1 }),
      }),
      { "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "name", pb: 38 },
    ),
  ),
  resourceClaims: optional(
    listMap(["name"], PodResourceClaim, {
      "x-kubernetes-patch-strategy": "merge,retainKeys",
      "x-kubernetes-patch-merge-key": "name",
      pb: 39,
    }),
  ),
  resources: optional(having(ResourceRequirements, { pb: 40 })),
  hostnameOverride: optional(string({ pb: 41 })),
});
export interface PodSpec extends Infer<typeof PodSpec> {}
