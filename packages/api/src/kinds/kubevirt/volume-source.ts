import { boolean, type Infer, notYet, object, oneOf, optional, quantity, string } from "../../schema.ts";

/** A disk inside a container image; every start has a fresh copy. */
export const ContainerDiskSource = object({
  image: string({ description: "The image, as `docker pull` takes it." }),
  imagePullPolicy: optional(
    oneOf(["Always", "IfNotPresent", "Never"], {
      description: "When to pull; unset: Always for `:latest` or no tag, else IfNotPresent.",
    }),
  ),
  imagePullSecret: optional(string({ description: "Secret with the registry's credentials." })),
  path: optional(string({ description: "The disk inside the image; unset: the one file in `/disk`." })),
});
export interface ContainerDiskSource extends Infer<typeof ContainerDiskSource> {}

export const DataVolumeVolumeSource = object({
  hotpluggable: optional(boolean({ description: "It may be unplugged while the guest runs." })),
  name: string({ description: "The DataVolume, in the machine's namespace." }),
});
export interface DataVolumeVolumeSource extends Infer<typeof DataVolumeVolumeSource> {}

/** An empty disk that lives as long as the instance. */
export const EmptyDiskSource = object({
  capacity: quantity({ description: "Its size." }),
});
export interface EmptyDiskSource extends Infer<typeof EmptyDiskSource> {}

export const EphemeralVolumeSourceDisk = object({
  persistentVolumeClaim: optional(
    object({
      claimName: string({ description: "The claim, which is only read." }),
      readOnly: optional(boolean({ description: "Always the case." })),
    }),
  ),
});
export interface EphemeralVolumeSourceDisk extends Infer<typeof EphemeralVolumeSourceDisk> {}

/** A file of the node. The gate HostDisk must be on. */
export const HostDiskSource = object({
  capacity: optional(quantity({ description: "Size of a disk that is created." })),
  path: string({ description: "The file, on the node." }),
  shared: optional(
    boolean({
      description: "Guests on several nodes share the file.",
      ...notYet("a host disk cannot be shared between nodes yet; for guests of one node set the disk's shareable"),
    }),
  ),
  type: string({ description: "Disk: the file is there. DiskOrCreate: it is made if it is not." }),
});
export interface HostDiskSource extends Infer<typeof HostDiskSource> {}

export const ClaimVolumeSource = object({
  claimName: string({ description: "The PersistentVolumeClaim, in the machine's namespace." }),
  hotpluggable: optional(boolean({ description: "It may be unplugged while the guest runs." })),
  readOnly: optional(boolean({ description: "Mount it read-only." })),
});
export interface ClaimVolumeSource extends Infer<typeof ClaimVolumeSource> {}
