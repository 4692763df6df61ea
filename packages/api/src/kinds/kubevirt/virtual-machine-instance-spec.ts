import {
  array,
  having,
  type Infer,
  int64,
  listAtomic,
  listMap,
  map,
  notYet,
  object,
  oneOf,
  optional,
  string,
} from "../../schema.ts";
import { NodeAffinity, PodAffinity, PodAntiAffinity } from "../core/affinity.ts";
import { PodDNSConfig } from "../core/pod-dns.ts";
import { PodResourceClaim } from "../core/pod-resource-claim.ts";
import { Toleration } from "../core/toleration.ts";
import { TopologySpreadConstraint } from "../core/topology-spread-constraint.ts";
import { AccessCredential } from "./access-credential.ts";
import { DomainSpec } from "./domain.ts";
import { GuestProbe } from "./guest-probe.ts";
import { Network } from "./network.ts";
import { UtilityVolume, VirtualMachineVolume } from "./volume.ts";

const probesLater = notYet("probes are yet to come");
const besideOthersLater = notYet(
  "machines cannot be placed by where other pods are yet; use nodeSelector or nodeAffinity",
);

/** Kubernetes' Affinity: on which nodes the machine may or should run. */
const VirtualMachineAffinity = object({
  nodeAffinity: optional(having(NodeAffinity, { description: "By the labels of nodes." })),
  podAffinity: optional(having(PodAffinity, { description: "Near other pods.", ...besideOthersLater })),
  podAntiAffinity: optional(having(PodAntiAffinity, { description: "Away from other pods.", ...besideOthersLater })),
});

/** One run of a machine: its domain, what it is plugged into, and where it may run. */
export const VirtualMachineInstanceSpec = object({
  accessCredentials: optional(listAtomic(AccessCredential, { description: "Credentials to put into the guest." })),
  affinity: optional(having(VirtualMachineAffinity, { description: "On which nodes it may or should run." })),
  architecture: optional(
    string({
      description: "amd64 or arm64; unset: that of the cluster.",
      ...notYet("guests of this architecture are yet to come", ["amd64", "arm64"]),
    }),
  ),
  dnsConfig: optional(having(PodDNSConfig, { description: "Name servers, search domains and options for the guest." })),
  dnsPolicy: optional(
    oneOf(["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"], {
      description: "Where the guest's name servers come from; ClusterFirst if unset.",
    }),
  ),
  domain: having(DomainSpec, { description: "The machine itself." }),
  evictionStrategy: optional(
    string({
      description: "What happens when the node is drained: None, LiveMigrate, LiveMigrateIfPossible or External.",
      ...notYet("live migration is yet to come", ["None"]),
    }),
  ),
  hostname: optional(string({ description: "The guest's host name; unset: the name of the machine." })),
  livenessProbe: optional(having(GuestProbe, { description: "Restart the guest when this fails.", ...probesLater })),
  networks: optional(array(Network, { description: "Networks that interfaces connect to." })),
  nodeSelector: optional(map(string(), { description: "Labels a node must have." })),
  priorityClassName: optional(string({ description: "How important it is.", ...notYet("priorities are yet to come") })),
  readinessProbe: optional(
    having(GuestProbe, { description: "The guest is ready when this succeeds.", ...probesLater }),
  ),
  resourceClaims: optional(
    listMap(["name"], PodResourceClaim, {
      description: "Resource claims.",
      ...notYet("resource claims are yet to come"),
    }),
  ),
  schedulerName: optional(
    string({
      description: "Who picks the node.",
      ...notYet("there is one scheduler", ["default-scheduler"]),
    }),
  ),
  serviceAccountName: optional(
    string({
      description: "Identity of the launcher's pod.",
      ...notYet("launchers have no identity of their own", ["default"]),
    }),
  ),
  startStrategy: optional(string({ description: "Paused: start, but wait before the first instruction." })),
  subdomain: optional(string({ description: "Makes the guest's full name `hostname.subdomain.namespace.svc.…`." })),
  terminationGracePeriodSeconds: optional(
    int64({ description: "Seconds the guest has to shut down before it is switched off; 30 if unset." }),
  ),
  tolerations: optional(array(Toleration, { description: "Taints of nodes that do not keep it away." })),
  topologySpreadConstraints: optional(
    listMap(["topologyKey", "whenUnsatisfiable"], TopologySpreadConstraint, {
      description: "How machines spread over nodes.",
      ...besideOthersLater,
    }),
  ),
  utilityVolumes: optional(
    listMap(["name"], UtilityVolume, {
      description: "Volumes without a disk.",
      ...notYet("utility volumes are yet to come"),
    }),
  ),
  volumes: optional(array(VirtualMachineVolume, { description: "Volumes that disks show to the guest." })),
});
export interface VirtualMachineInstanceSpec extends Infer<typeof VirtualMachineInstanceSpec> {}
