import type { Disk } from "../../kinds/kubevirt/disk.ts";
import type { Problem } from "../../problem.ts";
import { cause } from "./cause.ts";

const min = 512;
const max = 2_097_152;

export function validateBlockSize(disk: Disk, diskPath: string): Problem[] {
  const { custom, matchVolume } = disk.blockSize ?? {};
  if (!custom) return [];
  const path = `${diskPath}.blockSize`;
  if (matchVolume && matchVolume.enabled !== false) {
    return [cause(path, "Block size matching can't be enabled together with a custom value")];
  }
  const { logical = 0, physical = 0, discardGranularity } = custom;
  const bus = disk.cdrom?.bus ?? disk.lun?.bus ?? disk.disk?.bus;
  if (logical > physical) {
    const sentence = `Logical size ${logical} must be the same or less than the physical size of ${physical}`;
    return [cause(`${path}.custom.logical`, sentence)];
  }
  if (bus === "sata" && logical !== min) {
    return [cause(`${path}.custom.logical`, `Logical size ${logical} must be ${min} for SATA devices`)];
  }
  if (discardGranularity !== undefined && logical !== 0 && discardGranularity % logical !== 0) {
    const sentence = `Discard granularity ${discardGranularity} must be multiples of logical size ${logical}`;
    return [cause(`${path}.custom.discardGranularity`, sentence)];
  }
  return [...validateSize(logical, `${path}.custom.logical`), ...validateSize(physical, `${path}.custom.physical`)];
}

function validateSize(size: number, path: string): Problem[] {
  if (size < min) return [cause(path, `Provided size of ${size} is less than the supported minimum size of ${min}`)];
  if (size > max) return [cause(path, `Provided size of ${size} is greater than the supported maximum size of ${max}`)];
  if ((size & (size - 1)) !== 0) return [cause(path, `Provided size of ${size} is not a power of 2`)];
  return [];
}
