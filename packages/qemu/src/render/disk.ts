import type { Domain, DomainDisk } from "../domain.ts";
import { type AddressBook, builtInSataPorts, DomainError } from "./addresses.ts";
import { type JsonProperties, jsonArgument } from "./argument.ts";
import { deviceIds, diskDeviceId, diskFileNodeName, diskNodeName } from "./names.ts";

/** Disks and CD-ROM drives: a file node, a format node and a device each, so that every layer can be named later. */
export function renderDisks(domain: Domain, book: AddressBook): string[] {
  let sataUnit = 0;
  let scsiUnit = 0;
  return domain.disks.flatMap((disk) => [
    ...renderNodes(disk),
    ...jsonArgument("-device", {
      driver: deviceDriver(disk),
      id: diskDeviceId(disk.name),
      ...(disk.bus === "virtio" && book.place(diskDeviceId(disk.name))),
      ...(disk.bus === "sata" && sataPlace(domain, sataUnit++)),
      ...(disk.bus === "scsi" && { bus: `${deviceIds.scsi}.0`, "scsi-id": 0, lun: scsiUnit++ }),
      ...(disk.bus === "usb" && { bus: `${deviceIds.usb}.0` }),
      drive: disk.image && diskNodeName(disk.name),
      bootindex: disk.bootIndex,
      serial: disk.device === "lun" ? undefined : disk.serial,
      ...(disk.image && disk.device !== "lun" && imageProperties(disk)),
    }),
  ]);
}

function renderNodes(disk: DomainDisk): string[] {
  const { image } = disk;
  if (image === undefined) return [];
  const shared = {
    "read-only": disk.readOnly,
    discard: disk.discard ? "unmap" : "ignore",
    cache: { direct: disk.cache === "none", "no-flush": false },
  };
  return [
    ...jsonArgument("-blockdev", {
      driver: image.blockDevice ? "host_device" : "file",
      "node-name": diskFileNodeName(disk.name),
      filename: image.path,
      aio: disk.io ?? "threads",
      ...shared,
    }),
    ...jsonArgument("-blockdev", {
      driver: image.format,
      "node-name": diskNodeName(disk.name),
      file: diskFileNodeName(disk.name),
      ...shared,
    }),
  ];
}

function deviceDriver(disk: DomainDisk): string {
  const driver = drivers[disk.bus][disk.device];
  if (driver === undefined) {
    throw new DomainError(disk.name, `Cannot give the guest "${disk.name}": there is no ${disk.bus} ${disk.device}`);
  }
  return driver;
}

const drivers: { readonly [B in DomainDisk["bus"]]: { readonly [D in DomainDisk["device"]]?: string } } = {
  virtio: { disk: "virtio-blk-pci" },
  sata: { disk: "ide-hd", cdrom: "ide-cd" },
  scsi: { disk: "scsi-hd", cdrom: "scsi-cd", lun: "scsi-block" },
  usb: { disk: "usb-storage", cdrom: "usb-storage" },
};

function imageProperties(disk: DomainDisk): JsonProperties {
  return {
    // The guest sees a write cache that it can flush, except where every write is to reach the medium at once.
    "write-cache": disk.cache === "writethrough" ? "off" : "on",
    "share-rw": disk.shareable ? true : undefined,
    logical_block_size: disk.blockSize?.logical,
    physical_block_size: disk.blockSize?.physical,
    discard_granularity: disk.blockSize?.discardGranularity,
    ...errorPolicies[disk.errorPolicy],
  };
}

const errorPolicies: {
  readonly [P in DomainDisk["errorPolicy"]]: { readonly werror: string; readonly rerror: string };
} = {
  stop: { werror: "stop", rerror: "stop" },
  report: { werror: "report", rerror: "report" },
  ignore: { werror: "ignore", rerror: "ignore" },
  enospace: { werror: "enospc", rerror: "report" },
};

/** One disk a port: first the six of q35's own controller, then those of the further ones. */
function sataPlace(domain: Domain, unit: number): { readonly bus: string } {
  const builtIn = builtInSataPorts(domain);
  if (unit < builtIn) return { bus: `ide.${unit}` };
  const beyond = unit - builtIn;
  return { bus: `sata${Math.floor(beyond / 6)}.${beyond % 6}` };
}
