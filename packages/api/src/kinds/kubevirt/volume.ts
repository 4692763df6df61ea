import { boolean, having, type Infer, marker, notYet, object, optional, string } from "../../schema.ts";
import { CloudInitSource } from "./cloud-init.ts";
import {
  ConfigMapDisk,
  ContainerPathSource,
  DownwardAPIDisk,
  SecretDisk,
  ServiceAccountDisk,
  SysprepSource,
} from "./projected-volume.ts";
import {
  ClaimVolumeSource,
  ContainerDiskSource,
  DataVolumeVolumeSource,
  EmptyDiskSource,
  EphemeralVolumeSourceDisk,
  HostDiskSource,
} from "./volume-source.ts";

const claimsLater = notYet("persistent volume claims are yet to come; use a containerDisk, emptyDisk or hostDisk");
const projectedLater = notYet(
  "disks made from API objects are yet to come; use cloudInitNoCloud or cloudInitConfigDrive",
);

export const UtilityVolume = object({
  claimName: string({ description: "The PersistentVolumeClaim." }),
  name: string({ description: "Name of the volume." }),
  readOnly: optional(boolean({ description: "Mount it read-only." })),
  type: optional(string({ description: "What it is for." })),
});
export interface UtilityVolume extends Infer<typeof UtilityVolume> {}

/** A volume: a name, and exactly one source. A disk of the same name shows it to the guest. */
export const VirtualMachineVolume = object({
  cloudInitConfigDrive: optional(
    having(CloudInitSource, { description: "Seed for cloud-init, as an OpenStack config drive." }),
  ),
  cloudInitNoCloud: optional(having(CloudInitSource, { description: "Seed for cloud-init, as NoCloud reads it." })),
  configMap: optional(having(ConfigMapDisk, { description: "A ConfigMap as a disk.", ...projectedLater })),
  containerDisk: optional(having(ContainerDiskSource, { description: "A disk inside a container image." })),
  containerPath: optional(
    having(ContainerPathSource, {
      description: "A folder of the launcher's container.",
      ...notYet("folders of the launcher cannot be shown to the guest"),
    }),
  ),
  dataVolume: optional(
    having(DataVolumeVolumeSource, {
      description: "A DataVolume.",
      ...notYet("data volumes are yet to come; use a containerDisk, emptyDisk or hostDisk"),
    }),
  ),
  downwardAPI: optional(having(DownwardAPIDisk, { description: "Facts about the pod as a disk.", ...projectedLater })),
  downwardMetrics: optional(
    marker({ description: "Figures of the host as a disk.", ...notYet("downward metrics are yet to come") }),
  ),
  emptyDisk: optional(having(EmptyDiskSource, { description: "An empty disk that lives as long as the instance." })),
  ephemeral: optional(
    having(EphemeralVolumeSourceDisk, {
      description: "A throw-away copy of a claim.",
      presence: true,
      ...claimsLater,
    }),
  ),
  hostDisk: optional(having(HostDiskSource, { description: "A file of the node." })),
  memoryDump: optional(
    having(ClaimVolumeSource, {
      description: "Where memory dumps go.",
      ...notYet("memory dumps are yet to come"),
    }),
  ),
  name: string({ description: "Name of the volume: a DNS label." }),
  persistentVolumeClaim: optional(
    having(ClaimVolumeSource, { description: "A PersistentVolumeClaim.", ...claimsLater }),
  ),
  secret: optional(having(SecretDisk, { description: "A Secret as a disk.", presence: true, ...projectedLater })),
  serviceAccount: optional(
    having(ServiceAccountDisk, {
      description: "A service account's token as a disk.",
      presence: true,
      ...projectedLater,
    }),
  ),
  sysprep: optional(
    having(SysprepSource, {
      description: "Answers for Windows' set-up.",
      presence: true,
      ...notYet("sysprep is yet to come"),
    }),
  ),
});
export interface VirtualMachineVolume extends Infer<typeof VirtualMachineVolume> {}
