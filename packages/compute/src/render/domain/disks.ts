import type { Disk, VirtualMachineInstance } from "@peapod/api";
import type { DomainDisk } from "@peapod/qemu";
import type { PreparedDisk } from "@peapod/storage";
import type { NodeFacts } from "./facts.ts";

/**
 * The disks in the manifest's order. Where nothing in it has a boot order, disks are tried in that order and then CD-ROMs.
 *
 * @throws {Error} when the volume of a disk was not made ready
 */
export function renderDisks(
  vmi: VirtualMachineInstance,
  prepared: readonly PreparedDisk[],
  node: Pick<NodeFacts, "architecture" | "directIo">,
): readonly DomainDisk[] {
  const disks = vmi.spec.domain.devices.disks ?? [];
  const volumes = new Set((vmi.spec.volumes ?? []).map((volume) => volume.name));
  const bootIndexes = bootOrder(vmi);
  return disks.map((disk) => {
    const image = prepared.find((candidate) => candidate.volumeName === disk.name);
    if (!image && volumes.has(disk.name)) {
      throw new Error(`Cannot attach disk "${disk.name}": its volume was not prepared on this node`);
    }
    const bootIndex = bootIndexes.get(disk.name);
    return renderDisk(disk, image, {
      ...node,
      outlivesGuest: outlivesGuest(vmi, disk.name),
      ...(bootIndex !== undefined && { bootIndex }),
    });
  });
}

interface DiskContext extends Pick<NodeFacts, "architecture" | "directIo"> {
  readonly outlivesGuest: boolean;
  readonly bootIndex?: number;
}

function renderDisk(disk: Disk, image: PreparedDisk | undefined, context: DiskContext): DomainDisk {
  const { device, bus } = target(disk, context.architecture);
  const cache = cacheMode(disk, context);
  const { custom } = disk.blockSize ?? {};
  return {
    name: disk.name,
    device,
    bus,
    ...(image && { image: { path: image.path, format: image.format, blockDevice: image.blockDevice } }),
    readOnly: isReadOnly(disk, device, bus, image),
    ...(context.bootIndex !== undefined && { bootIndex: context.bootIndex }),
    ...(disk.serial && { serial: disk.serial }),
    cache,
    ...ioMode(disk, image, cache),
    discard: true,
    errorPolicy: oneOf(disk.errorPolicy, ["stop", "report", "ignore", "enospace"], "stop"),
    shareable: disk.shareable === true,
    ...(custom?.logical && {
      blockSize: {
        logical: custom.logical,
        physical: custom.physical || custom.logical,
        ...(custom.discardGranularity && { discardGranularity: custom.discardGranularity }),
      },
    }),
    ...(disk.disk?.pciAddress && { pciAddress: disk.disk.pciAddress }),
  };
}

function target(disk: Disk, architecture: NodeFacts["architecture"]): Pick<DomainDisk, "device" | "bus"> {
  const device = disk.cdrom ? "cdrom" : disk.lun ? "lun" : "disk";
  const usual = device === "lun" ? "scsi" : architecture === "amd64" ? "sata" : device === "cdrom" ? "scsi" : "virtio";
  const wanted = disk.cdrom?.bus ?? disk.lun?.bus ?? disk.disk?.bus;
  return { device, bus: oneOf(wanted, ["virtio", "sata", "scsi", "usb"], usual) };
}

/** SATA and USB disks have no notion of read-only: QEMU refuses them such a file, so a seed image is merely writable there. */
function isReadOnly(
  disk: Disk,
  device: DomainDisk["device"],
  bus: DomainDisk["bus"],
  image: PreparedDisk | undefined,
): boolean {
  if (device === "cdrom") return true;
  if (disk.disk?.readonly || disk.lun?.readonly) return true;
  return image?.readOnly === true && (bus === "virtio" || bus === "scsi");
}

/**
 * What the manifest says; else past the host's page cache, where the guest's data outlives it (or each write through to the disk,
 * where the file system knows no O_DIRECT). A disk that is thrown away with its guest may use the page cache: that is where the
 * guests that share an image meet, and a crash of the machine takes the disk along anyway.
 */
function cacheMode(disk: Disk, context: DiskContext): DomainDisk["cache"] {
  if (disk.shareable) return "none";
  const usual = !context.outlivesGuest ? "writeback" : context.directIo ? "none" : "writethrough";
  return oneOf(disk.cache, ["none", "writethrough", "writeback"], usual);
}

/** Native AIO blocks on a file that still has to allocate, so by default only devices use it, and only past the page cache. */
function ioMode(disk: Disk, image: PreparedDisk | undefined, cache: DomainDisk["cache"]): Pick<DomainDisk, "io"> {
  if (disk.io === "native" || disk.io === "threads") return { io: disk.io };
  return cache === "none" && image?.blockDevice ? { io: "native" } : {};
}

function outlivesGuest(vmi: VirtualMachineInstance, volumeName: string): boolean {
  const volume = vmi.spec.volumes?.find(({ name }) => name === volumeName);
  return Boolean(volume?.hostDisk ?? volume?.persistentVolumeClaim ?? volume?.dataVolume);
}

function bootOrder(vmi: VirtualMachineInstance): ReadonlyMap<string, number> {
  const { disks = [], interfaces = [] } = vmi.spec.domain.devices;
  if ([...disks, ...interfaces].some((device) => device.bootOrder)) {
    return new Map(disks.flatMap((disk) => (disk.bootOrder ? [[disk.name, disk.bootOrder] as const] : [])));
  }
  const inOrder = [...disks.filter((disk) => !disk.cdrom), ...disks.filter((disk) => disk.cdrom)];
  return new Map(inOrder.map((disk, index) => [disk.name, index + 1]));
}

function oneOf<const T extends string>(value: string | undefined, known: readonly T[], otherwise: T): T {
  return known.find((candidate) => candidate === value) ?? otherwise;
}
