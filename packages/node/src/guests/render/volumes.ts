import type { VirtualMachineInstance, VirtualMachineInstanceStatus } from "@peapod/api";
import type { GuestFacts } from "../types.ts";

type VolumeStatus = NonNullable<VirtualMachineInstanceStatus["volumeStatus"]>[number];

/** Each volume that became a disk, with the name that it has by upstream's count of buses (`vda`, `sdb`). */
export function renderVolumes(
  vmi: VirtualMachineInstance,
  { domain, disks }: Pick<GuestFacts, "domain" | "disks">,
): readonly VolumeStatus[] {
  const targets = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const { name, bus } of domain.disks) {
    const prefix = bus === "virtio" ? "vd" : "sd";
    const index = counts.get(prefix) ?? 0;
    counts.set(prefix, index + 1);
    targets.set(name, `${prefix}${letters(index)}`);
  }
  return (vmi.spec.volumes ?? []).flatMap((volume): VolumeStatus[] => {
    const target = targets.get(volume.name);
    const disk = disks.find(({ volumeName }) => volumeName === volume.name);
    if (target === undefined || !disk) return [];
    const isSeed = volume.cloudInitNoCloud !== undefined || volume.cloudInitConfigDrive !== undefined;
    const checksum = volume.containerDisk && imageChecksum(disk.backingPaths[0] ?? disk.path);
    return [
      {
        name: volume.name,
        target,
        ...(isSeed && { size: disk.virtualSizeBytes }),
        ...(checksum !== undefined && { containerDiskVolume: { checksum } }),
      },
    ];
  });
}

/** Tells images apart: the first 32 bits of the digest in the disk's path. */
function imageChecksum(path: string): number | undefined {
  const digits = /sha256-([0-9a-f]{8})/.exec(path)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

/** a … z, aa, ab, … */
function letters(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : `${letters(Math.floor(index / 26) - 1)}${last}`;
}
