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
      description: "Volumes that containers mount.",
      pb: 1,
    }),
  ),
  initContainers: optional(
    listMap(["name"], Container, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
      description: "Containers that run to their end, one after the other, before the others start.",
      pb: 20,
    }),
  ),
  containers: listMap(["name"], Container, {
    "x-kubernetes-patch-strategy": "merge",
    "x-kubernetes-patch-merge-key": "name",
    description: "Containers that run together.",
    pb: 2,
  }),
  ephemeralContainers: optional(
    listMap(["name"], EphemeralContainer, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
      description: "Containers added to look into a running pod.",
      pb: 34,
    }),
  ),
  restartPolicy: optional(
    oneOf(["Always", "Never", "OnFailure"], {
      description: "Always, OnFailure or Never: what happens to containers that ended.",
      pb: 3,
    }),
  ),
  terminationGracePeriodSeconds: optional(
    int64({ description: "Seconds to end by itself before it is killed.", pb: 4 }),
  ),
  activeDeadlineSeconds: optional(int64({ description: "Seconds the pod may run at all.", pb: 5 })),
  dnsPolicy: optional(
    oneOf(["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"], {
      description: "Where its name servers come from.",
      pb: 6,
    }),
  ),
  nodeSelector: optional(
    map(string(), { "x-kubernetes-map-type": "atomic", description: "Labels a node must have.", pb: 7 }),
  ),
  serviceAccountName: optional(string({ description: "Its identity.", pb: 8 })),
  serviceAccount: optional(string({ description: "Older name of serviceAccountName.", pb: 9 })),
  automountServiceAccountToken: optional(boolean({ description: "Whether its token is mounted.", pb: 21 })),
  nodeName: optional(string({ description: "The node it is on.", pb: 10 })),
  hostNetwork: optional(boolean({ description: "Use the network of the node.", pb: 11 })),
  hostPID: optional(boolean({ description: "See the processes of the node.", pb: 12 })),
  hostIPC: optional(boolean({ description: "Share memory with the node.", pb: 13 })),
  shareProcessNamespace: optional(boolean({ description: "Containers see each other's processes.", pb: 27 })),
  securityContext: optional(
    having(PodSecurityContext, { description: "Identity and rights of all containers.", pb: 14 }),
  ),
  imagePullSecrets: optional(
    listMap(["name"], LocalObjectReference, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
      description: "Secrets with credentials of registries.",
      pb: 15,
    }),
  ),
  hostname: optional(string({ description: "Its host name.", pb: 16 })),
  subdomain: optional(string({ description: "Makes its full name.", pb: 17 })),
  affinity: optional(having(Affinity, { description: "On which nodes it may or should run.", pb: 18 })),
  schedulerName: optional(string({ description: "Who picks the node.", pb: 19 })),
  tolerations: optional(listAtomic(Toleration, { description: "Taints of nodes that do not keep it away.", pb: 22 })),
  hostAliases: optional(
    listMap(["ip"], HostAlias, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "ip",
      description: "Further lines of /etc/hosts.",
      pb: 23,
    }),
  ),
  priorityClassName: optional(string({ description: "How important it is.", pb: 24 })),
  priority: optional(int32({ description: "How important it is, as a number.", pb: 25 })),
  dnsConfig: optional(having(PodDNSConfig, { description: "Further settings of name servers.", pb: 26 })),
  readinessGates: optional(
    listAtomic(
      object({
        conditionType: string({ pb: 1 }),
      }),
      { description: "Conditions that must be true before it is ready.", pb: 28 },
    ),
  ),
  runtimeClassName: optional(string({ description: "What runs its containers.", pb: 29 })),
  enableServiceLinks: optional(boolean({ description: "Tell containers of services by their environment.", pb: 30 })),
  preemptionPolicy: optional(
    oneOf(["Never", "PreemptLowerPriority"], { description: "Whether it may take the place of others.", pb: 31 }),
  ),
  overhead: optional(map(quantity(), { description: "What it needs beside its containers.", pb: 32 })),
  topologySpreadConstraints: optional(
    listMap(["topologyKey", "whenUnsatisfiable"], TopologySpreadConstraint, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "topologyKey",
      description: "How pods spread over nodes.",
      pb: 33,
    }),
  ),
  setHostnameAsFQDN: optional(boolean({ description: "Use the full name as host name.", pb: 35 })),
  os: optional(
    object(
      {
        name: string({ pb: 1 }),
      },
      { description: "Operating system of its containers.", pb: 36 },
    ),
  ),
  hostUsers: optional(boolean({ description: "Use the user ids of the node.", pb: 37 })),
  schedulingGates: optional(
    listMap(
      ["name"],
      object({
        name: string({ pb: 1 }),
      }),
      {
        "x-kubernetes-patch-strategy": "merge",
        "x-kubernetes-patch-merge-key": "name",
        description: "Do not pick a node while one is here.",
        pb: 38,
      },
    ),
  ),
  resourceClaims: optional(
    listMap(["name"], PodResourceClaim, {
      "x-kubernetes-patch-strategy": "merge,retainKeys",
      "x-kubernetes-patch-merge-key": "name",
      description: "Claims for devices.",
      pb: 39,
    }),
  ),
  resources: optional(having(ResourceRequirements, { description: "What all containers together need.", pb: 40 })),
  hostnameOverride: optional(string({ pb: 41 })),
});
export interface PodSpec extends Infer<typeof PodSpec> {}
