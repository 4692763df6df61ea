import {
  array,
  boolean,
  type Infer,
  int32,
  int64,
  listAtomic,
  listMap,
  listSet,
  map,
  object,
  oneOf,
  optional,
  quantity,
  string,
} from "../../schema.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { ArchitectureConfiguration } from "./architecture-configuration.ts";
import { ReloadableComponentConfiguration } from "./component-configuration.ts";
import { DeveloperConfiguration } from "./developer-configuration.ts";
import { FeatureState } from "./feature-state.ts";
import { MigrationConfiguration } from "./migration-configuration.ts";
import { NetworkConfiguration } from "./network-configuration.ts";
import { MediatedDevicesConfiguration, PermittedHostDevices } from "./permitted-host-devices.ts";
import { PlainResourceRequirements } from "./resources.ts";

export const KubeVirtConfiguration = object({
  additionalGuestMemoryOverheadRatio: optional(string()),
  apiConfiguration: optional(ReloadableComponentConfiguration),
  architectureConfiguration: optional(ArchitectureConfiguration),
  autoCPULimitNamespaceLabelSelector: optional(LabelSelector),
  changedBlockTrackingLabelSelectors: optional(
    object({
      namespaceLabelSelector: optional(LabelSelector),
      virtualMachineLabelSelector: optional(LabelSelector),
    }),
  ),
  commonInstancetypesDeployment: optional(FeatureState),
  confidentialCompute: optional(
    object({
      tdx: optional(
        object({
          attestation: optional(
            object({
              enforced: optional(boolean()),
              qgsSocketPath: optional(string()),
            }),
          ),
        }),
      ),
    }),
  ),
  controllerConfiguration: optional(ReloadableComponentConfiguration),
  cpuModel: optional(string()),
  cpuRequest: optional(quantity()),
  defaultRuntimeClass: optional(string()),
  developerConfiguration: optional(DeveloperConfiguration),
  emulatedMachines: optional(array(string())),
  evictionStrategy: optional(string()),
  handlerConfiguration: optional(ReloadableComponentConfiguration),
  hypervisors: optional(
    listAtomic(
      object({
        name: optional(string()),
      }),
    ),
  ),
  imagePullPolicy: optional(oneOf(["Always", "IfNotPresent", "Never"])),
  instancetype: optional(
    object({
      referencePolicy: optional(string()),
    }),
  ),
  ksmConfiguration: optional(
    object({
      nodeLabelSelector: optional(LabelSelector),
    }),
  ),
  liveUpdateConfiguration: optional(
    object({
      maxCpuSockets: optional(int64()),
      maxGuest: optional(quantity()),
      maxHotplugRatio: optional(int64()),
    }),
  ),
  machineType: optional(string()),
  mediatedDevicesConfiguration: optional(MediatedDevicesConfiguration),
  memBalloonStatsPeriod: optional(int64()),
  migrations: optional(MigrationConfiguration),
  minCPUModel: optional(string()),
  network: optional(NetworkConfiguration),
  obsoleteCPUModels: optional(map(boolean({ default: false }))),
  ovmfPath: optional(string()),
  permittedHostDevices: optional(PermittedHostDevices),
  persistentReservationConfiguration: optional(FeatureState),
  roleAggregationStrategy: optional(string()),
  seccompConfiguration: optional(
    object({
      virtualMachineInstanceProfile: optional(
        object({
          customProfile: optional(
            object({
              localhostProfile: optional(string()),
              runtimeDefaultProfile: optional(boolean()),
            }),
          ),
        }),
      ),
    }),
  ),
  selinuxLauncherType: optional(string()),
  smbios: optional(
    object({
      family: optional(string()),
      manufacturer: optional(string()),
      product: optional(string()),
      sku: optional(string()),
      version: optional(string()),
    }),
  ),
  supportContainerResources: optional(
    listMap(
      ["type"],
      object({
        resources: PlainResourceRequirements,
        type: string(),
      }),
    ),
  ),
  supportedGuestAgentVersions: optional(array(string())),
  tlsConfiguration: optional(
    object({
      ciphers: optional(listSet(string())),
      minTLSVersion: optional(string()),
    }),
  ),
  virtTemplateDeployment: optional(FeatureState),
  virtualMachineInstancesPerNode: optional(int32()),
  virtualMachineOptions: optional(
    object({
      disableFreePageReporting: optional(object({})),
      disableSerialConsoleLog: optional(object({})),
    }),
  ),
  vmRolloutStrategy: optional(string()),
  vmStateStorageClass: optional(string()),
  webhookConfiguration: optional(ReloadableComponentConfiguration),
});
export interface KubeVirtConfiguration extends Infer<typeof KubeVirtConfiguration> {}
