import {
  array,
  boolean,
  having,
  type Infer,
  int32,
  int64,
  listAtomic,
  listMap,
  listSet,
  map,
  marker,
  notYet,
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

/** Parts of upstream that Peapod does not consist of. */
const noSuchPart = notYet("Peapod has no part that this would configure");
const migrationLater = notYet("live migration is yet to come");
const hotPlugLater = notYet("CPUs and memory cannot be plugged into a running guest yet");
const hostDevicesLater = notYet("devices of the host cannot be passed through yet");

/** Settings of the installation. */
export const KubeVirtConfiguration = object({
  additionalGuestMemoryOverheadRatio: optional(
    string({
      description: "Scale what is set aside beside the guest's memory.",
      ...notYet("the memory set aside beside a guest cannot be scaled yet"),
    }),
  ),
  apiConfiguration: optional(
    having(ReloadableComponentConfiguration, { description: "The API component.", ...noSuchPart }),
  ),
  architectureConfiguration: optional(
    having(ArchitectureConfiguration, { description: "Machine types, by architecture." }),
  ),
  autoCPULimitNamespaceLabelSelector: optional(
    having(LabelSelector, {
      description: "Namespaces whose guests get CPU limits.",
      ...notYet("CPU limits are not set on their own yet"),
    }),
  ),
  changedBlockTrackingLabelSelectors: optional(
    having(
      object({
        namespaceLabelSelector: optional(LabelSelector),
        virtualMachineLabelSelector: optional(LabelSelector),
      }),
      { description: "Machines whose changes are tracked.", ...notYet("incremental backups are yet to come") },
    ),
  ),
  commonInstancetypesDeployment: optional(
    having(FeatureState, { description: "Ready-made instancetypes.", ...notYet("instancetypes are yet to come") }),
  ),
  confidentialCompute: optional(
    having(
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
      { description: "Memory encryption.", ...notYet("encrypted guests are yet to come") },
    ),
  ),
  controllerConfiguration: optional(
    having(ReloadableComponentConfiguration, { description: "The controllers.", ...noSuchPart }),
  ),
  cpuModel: optional(string({ description: "CPU model of guests that name none; host-model if unset." })),
  cpuRequest: optional(
    quantity({ description: "CPU to set aside for guests that say nothing; 100m for each CPU if unset." }),
  ),
  defaultRuntimeClass: optional(string({ description: "Runtime class of launchers.", ...noSuchPart })),
  developerConfiguration: optional(
    having(DeveloperConfiguration, { description: "Feature gates and overcommitment." }),
  ),
  emulatedMachines: optional(
    having(array(string()), { description: "Machine types that guests may have, as patterns." }),
  ),
  evictionStrategy: optional(
    string({
      description: "Eviction strategy of guests that name none.",
      ...notYet("live migration is yet to come", ["None"]),
    }),
  ),
  handlerConfiguration: optional(
    having(ReloadableComponentConfiguration, { description: "The node agent.", ...noSuchPart }),
  ),
  hypervisors: optional(
    having(
      listAtomic(
        object({
          name: optional(string()),
        }),
      ),
      { description: "Other hypervisors.", ...notYet("QEMU is the only hypervisor") },
    ),
  ),
  imagePullPolicy: optional(
    having(oneOf(["Always", "IfNotPresent", "Never"]), { description: "When launchers' own image is pulled." }),
  ),
  instancetype: optional(
    having(
      object({
        referencePolicy: optional(string()),
      }),
      { description: "How instancetypes are referred to.", ...notYet("instancetypes are yet to come") },
    ),
  ),
  ksmConfiguration: optional(
    having(
      object({
        nodeLabelSelector: optional(LabelSelector),
      }),
      {
        description: "Nodes that merge equal pages.",
        ...notYet("Peapod does not tune the kernel's same-page merging"),
      },
    ),
  ),
  liveUpdateConfiguration: optional(
    having(
      object({
        maxCpuSockets: optional(int64()),
        maxGuest: optional(quantity()),
        maxHotplugRatio: optional(int64()),
      }),
      { description: "How far CPUs and memory can grow.", ...hotPlugLater },
    ),
  ),
  machineType: optional(string({ description: "Machine type of guests that name none." })),
  mediatedDevicesConfiguration: optional(
    having(MediatedDevicesConfiguration, { description: "Mediated devices to make.", ...hostDevicesLater }),
  ),
  memBalloonStatsPeriod: optional(
    int64({
      description: "Seconds between statistics of the balloon.",
      ...notYet("the balloon keeps its own pace", [10]),
    }),
  ),
  migrations: optional(having(MigrationConfiguration, { description: "Live migration.", ...migrationLater })),
  minCPUModel: optional(
    string({ description: "Oldest CPU model.", ...notYet("nodes are not chosen by CPU model yet") }),
  ),
  network: optional(having(NetworkConfiguration, { description: "Bindings." })),
  obsoleteCPUModels: optional(
    having(map(boolean({ default: false })), {
      description: "CPU models not to use.",
      ...notYet("nodes are not chosen by CPU model yet"),
    }),
  ),
  ovmfPath: optional(
    string({ description: "Where UEFI firmware lies.", ...notYet("the firmware is found by itself") }),
  ),
  permittedHostDevices: optional(
    having(PermittedHostDevices, { description: "Devices that guests may have.", ...hostDevicesLater }),
  ),
  persistentReservationConfiguration: optional(
    having(FeatureState, { description: "SCSI reservations.", ...notYet("SCSI reservations are yet to come") }),
  ),
  roleAggregationStrategy: optional(string({ description: "How roles aggregate.", ...noSuchPart })),
  seccompConfiguration: optional(
    having(
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
      { description: "Seccomp profile of launchers.", ...notYet("QEMU has its own seccomp sandbox, always on") },
    ),
  ),
  selinuxLauncherType: optional(
    string({ description: "SELinux type of launchers.", ...notYet("SELinux types of launchers are yet to come") }),
  ),
  smbios: optional(
    having(
      object({
        family: optional(string({ description: "Family of the product." })),
        manufacturer: optional(string({ description: "Who made it; KubeVirt if unset." })),
        product: optional(string({ description: "The product; None if unset." })),
        sku: optional(string({ description: "Stock keeping unit." })),
        version: optional(string({ description: "Version of the product." })),
      }),
      { description: "What SMBIOS says of every guest." },
    ),
  ),
  supportContainerResources: optional(
    having(
      listMap(
        ["type"],
        object({
          resources: PlainResourceRequirements,
          type: string(),
        }),
      ),
      { description: "Resources of helper containers.", ...noSuchPart },
    ),
  ),
  supportedGuestAgentVersions: optional(
    having(array(string()), { description: "Guest agents that are known to work.", ...noSuchPart }),
  ),
  tlsConfiguration: optional(
    having(
      object({
        ciphers: optional(listSet(string())),
        minTLSVersion: optional(string()),
      }),
      { description: "TLS.", ...notYet("TLS is 1.2 or newer with Node's own choice of ciphers") },
    ),
  ),
  virtTemplateDeployment: optional(having(FeatureState, { description: "Templates.", ...noSuchPart })),
  virtualMachineInstancesPerNode: optional(
    int32({ description: "At most this many guests on a node.", ...notYet("guests of a node are not counted") }),
  ),
  virtualMachineOptions: optional(
    having(
      object({
        disableFreePageReporting: optional(marker({ description: "Keep the balloon from giving pages back." })),
        disableSerialConsoleLog: optional(marker({ description: "Keep nothing of what serial consoles print." })),
      }),
      { description: "Options of all guests.", ...notYet("these options of guests are yet to come") },
    ),
  ),
  vmRolloutStrategy: optional(
    string({
      description:
        "LiveUpdate (the default): what needs no restart reaches a running guest. Stage: every change waits for one.",
    }),
  ),
  vmStateStorageClass: optional(
    string({ description: "Where state of guests is kept.", ...notYet("persistent state of guests is yet to come") }),
  ),
  webhookConfiguration: optional(
    having(ReloadableComponentConfiguration, { description: "The webhooks.", ...noSuchPart }),
  ),
});
export interface KubeVirtConfiguration extends Infer<typeof KubeVirtConfiguration> {}
