import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import {
  array,
  having,
  type Infer,
  int32,
  int64,
  listAtomic,
  notYet,
  object,
  oneOf,
  optional,
  string,
} from "../../schema.ts";
import { LocalObjectReference } from "../core/references.ts";
import { CertificateRotateStrategy } from "./certificate-rotate-strategy.ts";
import { ComponentConfig } from "./component-config.ts";
import { KubeVirtCondition } from "./condition.ts";
import { CustomizeComponents } from "./customize-components.ts";
import { KubeVirtConfiguration } from "./kubevirt-configuration.ts";
import { v1alpha3 } from "./older-version.ts";

const noSuchPart = notYet("Peapod has no part that this would configure");
const ownRelease = notYet("Peapod is updated as a whole, not by this object");

/** What is wanted of the installation. */
export const KubeVirtSpec = object({
  certificateRotateStrategy: optional(
    having(CertificateRotateStrategy, {
      description: "How long certificates last.",
      ...notYet("certificates are renewed by themselves"),
    }),
  ),
  configuration: optional(having(KubeVirtConfiguration, { description: "Settings." })),
  customizeComponents: optional(having(CustomizeComponents, { description: "Changes of components.", ...noSuchPart })),
  imagePullPolicy: optional(
    oneOf(["Always", "IfNotPresent", "Never"], {
      description: "When components' images are pulled; Peapod has none to pull.",
    }),
  ),
  imagePullSecrets: optional(
    listAtomic(LocalObjectReference, { description: "Secrets for components' images.", ...noSuchPart }),
  ),
  imageRegistry: optional(string({ description: "Where components' images come from.", ...ownRelease })),
  imageTag: optional(string({ description: "Version of the components.", ...ownRelease })),
  infra: optional(having(ComponentConfig, { description: "Placement of components.", ...noSuchPart })),
  monitorAccount: optional(string({ description: "Account of the monitoring.", ...noSuchPart })),
  monitorNamespace: optional(string({ description: "Namespace of the monitoring.", ...noSuchPart })),
  productComponent: optional(string({ description: "A label of all components.", ...noSuchPart })),
  productName: optional(string({ description: "A label of all components.", ...noSuchPart })),
  productVersion: optional(string({ description: "A label of all components.", ...noSuchPart })),
  serviceMonitorNamespace: optional(string({ description: "Namespace of the monitoring.", ...noSuchPart })),
  synchronizationPort: optional(
    string({ description: "Port for migrations between clusters.", ...notYet("live migration is yet to come") }),
  ),
  uninstallStrategy: optional(
    string({
      description: "What happens to guests when this object is deleted.",
      ...notYet("deleting this object removes no guest", ["BlockUninstallIfWorkloadsExist"]),
    }),
  ),
  workloadUpdateStrategy: optional(
    object(
      {
        batchEvictionInterval: optional(string({ description: "Time between batches." })),
        batchEvictionSize: optional(int32({ description: "Guests in a batch." })),
        workloadUpdateMethods: optional(listAtomic(string(), { description: "LiveMigrate or Evict." })),
      },
      {
        description: "How guests follow an update.",
        ...notYet("guests keep their QEMU when Peapod is updated"),
      },
    ),
  ),
  workloads: optional(having(ComponentConfig, { description: "Placement of components on nodes.", ...noSuchPart })),
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

const kubeVirtSchema = kindObject("The installation: its settings, and how it is.", {
  spec: having(KubeVirtSpec, { description: "What is wanted." }),
  status: optional(having(KubeVirtStatus, { description: "What became of it." })),
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
  alsoServed: [v1alpha3],
  printerColumns: [
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
    { name: "Phase", type: "string", jsonPath: ".status.phase" },
  ],
  schema: kubeVirtSchema,
};
