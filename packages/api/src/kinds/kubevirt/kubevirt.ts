import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { array, type Infer, int32, int64, listAtomic, object, oneOf, optional, string } from "../../schema.ts";
import { LocalObjectReference } from "../core/references.ts";
import { CertificateRotateStrategy } from "./certificate-rotate-strategy.ts";
import { ComponentConfig } from "./component-config.ts";
import { KubeVirtCondition } from "./condition.ts";
import { CustomizeComponents } from "./customize-components.ts";
import { KubeVirtConfiguration } from "./kubevirt-configuration.ts";

export const KubeVirtSpec = object({
  certificateRotateStrategy: optional(CertificateRotateStrategy),
  configuration: optional(KubeVirtConfiguration),
  customizeComponents: optional(CustomizeComponents),
  imagePullPolicy: optional(oneOf(["Always", "IfNotPresent", "Never"])),
  imagePullSecrets: optional(listAtomic(LocalObjectReference)),
  imageRegistry: optional(string()),
  imageTag: optional(string()),
  infra: optional(ComponentConfig),
  monitorAccount: optional(string()),
  monitorNamespace: optional(string()),
  productComponent: optional(string()),
  productName: optional(string()),
  productVersion: optional(string()),
  serviceMonitorNamespace: optional(string()),
  synchronizationPort: optional(string()),
  uninstallStrategy: optional(string()),
  workloadUpdateStrategy: optional(
    object({
      batchEvictionInterval: optional(string()),
      batchEvictionSize: optional(int32()),
      workloadUpdateMethods: optional(listAtomic(string())),
    }),
  ),
  workloads: optional(ComponentConfig),
});
export interface KubeVirtSpec extends Infer<typeof KubeVirtSpec> {}

export const GenerationStatus = object({
  group: string(),
  hash: optional(string()),
  lastGeneration: int64({ default: 0 }),
  name: string(),
  namespace: optional(string()),
  resource: string(),
});
export interface GenerationStatus extends Infer<typeof GenerationStatus> {}

export const KubeVirtStatus = object({
  conditions: optional(array(KubeVirtCondition)),
  defaultArchitecture: optional(string()),
  generations: optional(listAtomic(GenerationStatus)),
  observedDeploymentConfig: optional(string()),
  observedDeploymentID: optional(string()),
  observedGeneration: optional(int64()),
  observedKubeVirtRegistry: optional(string()),
  observedKubeVirtVersion: optional(string()),
  operatorVersion: optional(string()),
  outdatedVirtualMachineInstanceWorkloads: optional(int32()),
  phase: optional(string()),
  synchronizationAddresses: optional(listAtomic(string())),
  targetDeploymentConfig: optional(string()),
  targetDeploymentID: optional(string()),
  targetKubeVirtRegistry: optional(string()),
  targetKubeVirtVersion: optional(string()),
});
export interface KubeVirtStatus extends Infer<typeof KubeVirtStatus> {}

const kubeVirtSchema = kindObject({
  spec: KubeVirtSpec,
  status: optional(KubeVirtStatus),
});
export interface KubeVirt extends Infer<typeof kubeVirtSchema> {}

export const KubeVirt: Kind<KubeVirt> = {
  group: "kubevirt.io",
  version: "v1",
  kind: "KubeVirt",
  plural: "kubevirts",
  singular: "kubevirt",
  shortNames: ["kv", "kvs"],
  categories: ["all"],
  namespaced: true,
  subresources: { status: true },
  alsoServed: [
    {
      version: "v1alpha3",
      deprecated: true,
      deprecationWarning: "kubevirt.io/v1alpha3 is now deprecated and will be removed in a future release.",
    },
  ],
  printerColumns: [
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
    { name: "Phase", type: "string", jsonPath: ".status.phase" },
  ],
  schema: kubeVirtSchema,
};
