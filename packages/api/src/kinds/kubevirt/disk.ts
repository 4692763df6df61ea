import { boolean, having, type Infer, int32, notYet, object, optional, string } from "../../schema.ts";
import { FeatureState } from "./feature-state.ts";

export const CustomBlockSize = object({
  discardGranularity: optional(int32({ description: "Smallest piece, in bytes, that can be given back." })),
  logical: optional(int32({ description: "Bytes of a sector as the guest addresses it: a power of two from 512." })),
  physical: optional(int32({ description: "Bytes that the medium writes at once; not less than logical." })),
});
export interface CustomBlockSize extends Infer<typeof CustomBlockSize> {}

export const BlockSize = object({
  custom: optional(having(CustomBlockSize, { description: "Sizes given here." })),
  matchVolume: optional(
    having(FeatureState, {
      description: "The sizes of the volume below.",
      presence: true,
      ...notYet("block sizes cannot be taken from the volume yet; give them in custom"),
    }),
  ),
});
export interface BlockSize extends Infer<typeof BlockSize> {}

const bus = string({ description: "virtio, sata, scsi or usb; unset: sata on amd64, virtio elsewhere." });

export const CDRomTarget = object({
  bus: optional(string({ description: "sata (the default), scsi or usb." })),
  readonly: optional(boolean({ description: "A CD-ROM is read-only: true or unset." })),
  tray: optional(string({ description: "closed or open.", ...notYet("trays start closed", ["closed"]) })),
});
export interface CDRomTarget extends Infer<typeof CDRomTarget> {}

export const DiskTarget = object({
  bus: optional(bus),
  pciAddress: optional(string({ description: "Where a virtio disk sits in the guest, e.g. `0000:0a:00.0`." })),
  readonly: optional(boolean({ description: "The guest cannot write; virtio and scsi only." })),
});
export interface DiskTarget extends Infer<typeof DiskTarget> {}

export const LunTarget = object({
  bus: optional(string({ description: "scsi." })),
  readonly: optional(boolean({ description: "The guest cannot write." })),
  reservation: optional(boolean({ description: "Let the guest make SCSI persistent reservations." })),
});
export interface LunTarget extends Infer<typeof LunTarget> {}

/** One disk of the guest: which volume it shows, as what, and how. */
export const Disk = object({
  blockSize: optional(having(BlockSize, { description: "Sector sizes; 512 bytes if unset." })),
  bootOrder: optional(int32({ description: "From 1; lower is tried first. Unset: the order of the list." })),
  cache: optional(
    string({
      description:
        "none, writethrough or writeback; unset: none where the file system allows, for disks that outlive the guest.",
    }),
  ),
  cdrom: optional(having(CDRomTarget, { description: "Show the volume as a CD-ROM.", presence: true })),
  changedBlockTracking: optional(
    boolean({ description: "Keep track of changes for backups.", ...notYet("incremental backups are yet to come") }),
  ),
  dedicatedIOThread: optional(
    boolean({ description: "A thread of its own for this disk.", ...notYet("I/O threads are yet to come") }),
  ),
  disk: optional(having(DiskTarget, { description: "Show the volume as a hard disk: the default.", presence: true })),
  errorPolicy: optional(
    string({ description: "What to do when the medium fails: stop (the default), report, ignore or enospace." }),
  ),
  io: optional(string({ description: "native or threads; unset: what suits the volume." })),
  lun: optional(
    having(LunTarget, {
      description: "Pass SCSI commands through to a block volume.",
      presence: true,
      ...notYet("SCSI pass-through needs block volumes, which are yet to come; use disk"),
    }),
  ),
  name: string({ description: "The volume that this disk shows." }),
  serial: optional(string({ description: "Serial number that the guest sees; up to 256 letters, digits, `_.+-`." })),
  shareable: optional(boolean({ description: "Several guests may write at once; they must be made for it." })),
  tag: optional(string({ description: "Published in the metadata of a cloudInitConfigDrive volume." })),
});
export interface Disk extends Infer<typeof Disk> {}
