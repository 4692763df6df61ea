import { quantityToBytes, type VirtualMachineVolume } from "@peapod/api";

/** What a volume of a manifest becomes on a node. */
export type VolumePlan =
  /** A copy-on-write layer on a disk of the image store; it lives as long as the instance. */
  | { readonly make: "overlay"; readonly image: string; readonly pathInImage: string; readonly file: string }
  /** The image's disk itself, which nobody writes to. */
  | { readonly make: "image"; readonly image: string; readonly pathInImage: string }
  | { readonly make: "empty"; readonly sizeBytes: number; readonly file: string }
  | { readonly make: "host"; readonly path: string; readonly createBytes: number | undefined }
  | { readonly make: "seed"; readonly file: string }
  | { readonly make: "nothing" };

const mebibyte = 2 ** 20;

/**
 * @param volume  one entry of `spec.volumes`
 * @param isCdrom  its disk is a CD-ROM, which cannot be written
 */
export function planVolume(volume: VirtualMachineVolume, isCdrom: boolean): VolumePlan {
  const { name, containerDisk, emptyDisk, hostDisk, cloudInitNoCloud, cloudInitConfigDrive } = volume;
  if (containerDisk) {
    const source = { image: containerDisk.image, pathInImage: containerDisk.path ?? "" };
    return isCdrom ? { make: "image", ...source } : { make: "overlay", ...source, file: `${name}.qcow2` };
  }
  if (emptyDisk) {
    // Disks are whole mebibytes, as upstream has it.
    const sizeBytes = Math.floor(quantityToBytes(emptyDisk.capacity) / mebibyte) * mebibyte;
    return { make: "empty", sizeBytes: Math.max(sizeBytes, mebibyte), file: `${name}.qcow2` };
  }
  if (hostDisk) {
    const createBytes =
      hostDisk.type === "DiskOrCreate" && hostDisk.capacity !== undefined
        ? quantityToBytes(hostDisk.capacity)
        : undefined;
    return { make: "host", path: hostDisk.path, createBytes };
  }
  if (cloudInitNoCloud || cloudInitConfigDrive) return { make: "seed", file: `${name}.iso` };
  return { make: "nothing" };
}
