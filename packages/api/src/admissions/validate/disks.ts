import type { Disk } from "../../kinds/kubevirt/disk.ts";
import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import { dns1123Label } from "../../names.ts";
import type { Problem } from "../../problem.ts";
import { validateBlockSize } from "./block-size.ts";
import { cause } from "./cause.ts";
import { isPciAddress } from "./pci-address.ts";

/** Disks: each a volume of its name, one target, and settings that this target can have. */
export function validateDisks(spec: VirtualMachineInstanceSpec, path: string): Problem[] {
  const { disks = [] } = spec.domain.devices;
  const volumes = new Map((spec.volumes ?? []).map((volume) => [volume.name, volume]));
  return disks.flatMap((disk, index) => {
    const at = `${path}.domain.devices.disks[${index}]`;
    const volume = volumes.get(disk.name);
    const twin = disks.findIndex(({ name }) => name === disk.name);
    const problems: Problem[] = [];
    if (twin < index) {
      const sentence = `${at} and ${path}.domain.devices.disks[${twin}] must not have the same Name.`;
      problems.push(cause(`${at}.name`, sentence));
    }
    // An empty CD-ROM drive has no volume.
    if (!volume && !disk.cdrom) problems.push(cause(`${at}.name`, `${at}.Name '${disk.name}' not found.`));
    if (disk.lun && volume && !volume.persistentVolumeClaim && !volume.dataVolume) {
      const sentence = `${at}.lun can only be mapped to a DataVolume or PersistentVolumeClaim volume.`;
      problems.push(cause(`${at}.lun`, sentence));
    }
    problems.push(...dns1123Label(disk.name).map((sentence) => cause(`${at}.name`, sentence)));
    return [...problems, ...validateTarget(disk, at), ...validateSettings(disk, at), ...validateBlockSize(disk, at)];
  });
}

/** Which of the three a disk is shown as, and its bus. */
export function diskTarget(disk: Disk): { readonly type: "disk" | "lun" | "cdrom"; readonly bus: string } {
  if (disk.cdrom) return { type: "cdrom", bus: disk.cdrom.bus ?? "" };
  if (disk.lun) return { type: "lun", bus: disk.lun.bus ?? "" };
  return { type: "disk", bus: disk.disk?.bus ?? "" };
}

function validateTarget(disk: Disk, path: string): Problem[] {
  const { type, bus } = diskTarget(disk);
  const problems: Problem[] = [];
  if ([disk.disk, disk.lun, disk.cdrom].filter((target) => target !== undefined).length > 1) {
    problems.push(cause(path, `${path} can only have a single target type defined`));
  }
  const busPath = `${path}.${type}.bus`;
  if (bus === "ide") problems.push(cause(busPath, "IDE bus is not supported"));
  else if (bus !== "" && !["virtio", "scsi", "sata", "usb"].includes(bus)) {
    const known = "[virtio scsi sata usb]";
    problems.push(cause(busPath, `${path} is set with an unrecognized bus ${bus}, must be one of: ${known}`));
  }
  if (bus === "virtio" && type === "cdrom") {
    problems.push(cause(busPath, `Bus type ${bus} is invalid for CD-ROM device`));
  }
  if ((bus === "sata" || bus === "usb") && disk.disk?.readonly) {
    problems.push(cause(busPath, `${bus} hard-disks do not support read-only.`));
  }
  if (disk.cdrom?.readonly === false) problems.push(cause(`${path}.cdrom.readonly`, "CD-ROM devices are read-only."));
  const { pciAddress } = disk.disk ?? {};
  if (pciAddress && bus !== "virtio") {
    const sentence = `disk ${path}.name - setting a PCI address is only possible with bus type virtio.`;
    problems.push(cause(`${path}.disk.pciAddress`, sentence));
  }
  if (pciAddress && !isPciAddress(pciAddress)) {
    problems.push(cause(`${path}.disk.pciAddress`, `disk ${path}.name has malformed PCI address (${pciAddress}).`));
  }
  return problems;
}

function validateSettings(disk: Disk, path: string): Problem[] {
  const { bootOrder, serial, cache, io, errorPolicy, shareable } = disk;
  const problems: Problem[] = [];
  if (bootOrder !== undefined && bootOrder < 1) {
    problems.push(cause(`${path}.bootOrder`, `${path} must have a boot order > 0, if supplied`));
  }
  if (serial && !/^[A-Za-z0-9_.+-]+$/.test(serial)) {
    const sentence = `${path} must be made up of the following characters [A-Za-z0-9_.+-], if specified`;
    problems.push(cause(`${path}.serial`, sentence));
  }
  if (serial && [...serial].length > 256) {
    problems.push(cause(`${path}.serial`, `${path} must be less than or equal to 256 in length, if specified`));
  }
  if (cache && !["none", "writethrough", "writeback"].includes(cache)) {
    problems.push(cause(`${path}.cache`, `${path}.cache has invalid value ${cache}`));
  }
  if (shareable && cache && cache !== "none") {
    problems.push(cause(`${path}.cache`, `${path}.cache must be none for a shareable disk`));
  }
  if (io && io !== "native" && io !== "threads") {
    const sentence = `Disk IO mode for ${path} is not supported. Supported modes are: native, threads.`;
    problems.push(cause(`${path}.io`, sentence, "FieldValueNotSupported"));
  }
  if (errorPolicy !== undefined && !["stop", "ignore", "report", "enospace"].includes(errorPolicy)) {
    problems.push(cause(`${path}.errorPolicy`, `${path}.errorPolicy has invalid value "${errorPolicy}"`));
  }
  return problems;
}
