import type { Disk } from "../../kinds/kubevirt/disk.ts";
import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { VirtualMachineVolume } from "../../kinds/kubevirt/volume.ts";

type Spec = VirtualMachineInstanceSpec;

/** A volume that no disk and no file system shows gets a disk. */
export function withDisksForVolumes(spec: Spec): Spec {
  const { devices } = spec.domain;
  const shown = new Set([...(devices.disks ?? []), ...(devices.filesystems ?? [])].map(({ name }) => name));
  const missing = (spec.volumes ?? []).filter(({ name }) => !shown.has(name));
  if (missing.length === 0) return spec;
  return withDisks(spec, [...(devices.disks ?? []), ...missing.map(({ name }) => ({ name }))]);
}

/** What a disk is and which bus it sits on: SATA on amd64, which every guest knows, virtio elsewhere. */
export function withDefaultDiskTargets(spec: Spec): Spec {
  const { disks } = spec.domain.devices;
  return disks
    ? withDisks(
        spec,
        disks.map((disk) => withTarget(disk, spec.architecture)),
      )
    : spec;
}

/** As the kubelet does: an image without a fixed tag is pulled each time. */
export function withDefaultContainerDisks(spec: Spec): Spec {
  return spec.volumes ? { ...spec, volumes: spec.volumes.map(withPullPolicy) } : spec;
}

function withTarget(disk: Disk, architecture: string | undefined): Disk {
  const bus = architecture === "amd64" || !architecture ? "sata" : "virtio";
  if (disk.cdrom) {
    const cdromBus = architecture === "arm64" ? "scsi" : bus;
    const { readonly = true, tray, ...cdrom } = disk.cdrom;
    return { ...disk, cdrom: { ...cdrom, readonly, tray: tray || "closed", bus: cdrom.bus || cdromBus } };
  }
  if (disk.lun) return { ...disk, lun: { ...disk.lun, bus: disk.lun.bus || bus } };
  return { ...disk, disk: { ...disk.disk, bus: disk.disk?.bus || bus } };
}

function withPullPolicy(volume: VirtualMachineVolume): VirtualMachineVolume {
  const { containerDisk } = volume;
  if (!containerDisk || containerDisk.imagePullPolicy) return volume;
  const floats = containerDisk.image.endsWith(":latest") || !/[:@]/.test(containerDisk.image);
  return { ...volume, containerDisk: { ...containerDisk, imagePullPolicy: floats ? "Always" : "IfNotPresent" } };
}

function withDisks(spec: Spec, disks: readonly Disk[]): Spec {
  return { ...spec, domain: { ...spec.domain, devices: { ...spec.domain.devices, disks } } };
}
