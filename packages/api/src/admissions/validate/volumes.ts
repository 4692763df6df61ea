import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { VirtualMachineVolume } from "../../kinds/kubevirt/volume.ts";
import { dns1123Label } from "../../names.ts";
import type { Problem } from "../../problem.ts";
import { compareQuantities } from "../../quantity.ts";
import type { Installation } from "../installation.ts";
import { cause } from "./cause.ts";
import { validateCloudInit } from "./cloud-init.ts";

/** Volumes: each a name of its own and exactly one source that makes sense. */
export function validateVolumes(spec: VirtualMachineInstanceSpec, path: string, installation: Installation): Problem[] {
  const { volumes = [] } = spec;
  const { filesystems = [], disks = [] } = spec.domain.devices;
  const shown = new Set([...disks, ...filesystems].map(({ name }) => name));
  return volumes.flatMap((volume, index) => {
    const at = `${path}.volumes[${index}]`;
    const twin = volumes.findIndex(({ name }) => name === volume.name);
    const problems: Problem[] = [];
    if (twin < index) {
      problems.push(cause(`${at}.name`, `${at} and ${path}.volumes[${twin}] must not have the same Name.`));
    }
    problems.push(...dns1123Label(volume.name).map((sentence) => cause(`${at}.name`, sentence)));
    const { name: _, ...sources } = volume;
    if (Object.values(sources).filter((source) => source !== undefined).length !== 1) {
      problems.push(cause(at, `${at} must have exactly one source type set`));
    }
    if (!volume.memoryDump && !shown.has(volume.name)) {
      problems.push(cause(`${at}.name`, `${at}.name '${volume.name}' not found.`));
    }
    return [...problems, ...validateSource(volume, at, installation)];
  });
}

function validateSource(volume: VirtualMachineVolume, path: string, installation: Installation): Problem[] {
  const { cloudInitNoCloud, cloudInitConfigDrive, containerDisk, emptyDisk } = volume;
  return [
    ...(cloudInitNoCloud ? validateCloudInit(cloudInitNoCloud, `${path}.cloudInitNoCloud`, "cloudInitNoCloud") : []),
    ...(cloudInitConfigDrive
      ? validateCloudInit(cloudInitConfigDrive, `${path}.cloudInitConfigDrive`, "cloudInitConfigDrive")
      : []),
    ...(containerDisk?.path ? validateDiskPath(containerDisk.path, `${path}.containerDisk`) : []),
    ...(containerDisk?.image === ""
      ? [cause(`${path}.containerDisk.image`, `${path}.containerDisk.image is a required field`)]
      : []),
    ...(emptyDisk && compareQuantities(emptyDisk.capacity, 0) <= 0
      ? [cause(`${path}.emptyDisk.capacity`, `${path}.emptyDisk.capacity must be greater than 0`)]
      : []),
    ...(volume.hostDisk ? validateHostDisk(volume.hostDisk, path, installation) : []),
  ];
}

function validateDiskPath(diskPath: string, path: string): Problem[] {
  if (diskPath === "/") return [cause(path, `${path} must not point to root`)];
  const parts = diskPath.replace(/\/$/, "").split("/");
  const isClean = parts[0] === "" && parts.slice(1).every((part) => part !== "" && part !== "." && part !== "..");
  return isClean ? [] : [cause(path, `${path} must be an absolute path to a file without relative components`)];
}

function validateHostDisk(
  disk: NonNullable<VirtualMachineVolume["hostDisk"]>,
  volumePath: string,
  installation: Installation,
): Problem[] {
  const path = `${volumePath}.hostDisk`;
  const problems: Problem[] = [];
  if (!installation.hasGate("HostDisk")) problems.push(cause(volumePath, "HostDisk feature gate is not enabled"));
  if (disk.path === "") {
    problems.push(cause(`${path}.path`, `${path}.path is required for hostDisk volume`, "FieldValueNotFound"));
  }
  if (disk.type !== "Disk" && disk.type !== "DiskOrCreate") {
    const sentence = `${path}.type has invalid value '${disk.type}', allowed are 'Disk' or 'DiskOrCreate'`;
    problems.push(cause(`${path}.type`, sentence));
  }
  const hasCapacity = disk.capacity !== undefined && compareQuantities(disk.capacity, 0) !== 0;
  if (disk.type === "Disk" && hasCapacity) {
    const sentence = `${path}.capacity is allowed to pass only with ${path}.type equal to 'DiskOrCreate'`;
    problems.push(cause(`${path}.capacity`, sentence));
  }
  return problems;
}
