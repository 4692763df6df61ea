import { array, type Infer, int64, listAtomic, listMap, map, object, oneOf, optional, string } from "../../schema.ts";
import { Affinity } from "../core/affinity.ts";
import { PodDNSConfig } from "../core/pod-dns.ts";
import { PodResourceClaim } from "../core/pod-resource-claim.ts";
import { Toleration } from "../core/toleration.ts";
import { TopologySpreadConstraint } from "../core/topology-spread-constraint.ts";
import { AccessCredential } from "./access-credential.ts";
import { DomainSpec } from "./domain.ts";
import { GuestProbe } from "./guest-probe.ts";
import { Network } from "./network.ts";
import { UtilityVolume, VirtualMachineVolume } from "./volume.ts";

export const VirtualMachineInstanceSpec = object({
  accessCredentials: optional(listAtomic(AccessCredential)),
  affinity: optional(Affinity),
  architecture: optional(string()),
  dnsConfig: optional(PodDNSConfig),
  dnsPolicy: optional(oneOf(["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"])),
  domain: DomainSpec,
  evictionStrategy: optional(string()),
  hostname: optional(string()),
  livenessProbe: optional(GuestProbe),
  networks: optional(array(Network)),
  nodeSelector: optional(map(string())),
  priorityClassName: optional(string()),
  readinessProbe: optional(GuestProbe),
  resourceClaims: optional(listMap(["name"], PodResourceClaim)),
  schedulerName: optional(string()),
  serviceAccountName: optional(string()),
  startStrategy: optional(string()),
  subdomain: optional(string()),
  terminationGracePeriodSeconds: optional(int64()),
  tolerations: optional(array(Toleration)),
  topologySpreadConstraints: optional(listMap(["topologyKey", "whenUnsatisfiable"], TopologySpreadConstraint)),
  utilityVolumes: optional(listMap(["name"], UtilityVolume)),
  volumes: optional(array(VirtualMachineVolume)),
});
export interface VirtualMachineInstanceSpec extends Infer<typeof VirtualMachineInstanceSpec> {}
