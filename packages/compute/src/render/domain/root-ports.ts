import type { VirtualMachineInstanceSpec } from "@peapod/api";
import type { Domain } from "@peapod/qemu";
import type { SmallDevices } from "./devices.ts";

const GiB = 1024 ** 3;

interface Plugged {
  readonly disks: Domain["disks"];
  readonly nics: Domain["nics"];
  readonly devices: SmallDevices;
  readonly memoryBytes: number;
}

/**
 * Root ports kept free for hot-plug, upstream's third scheme: room for four NICs, and so many more that a guest has 8 ports and 3
 * free ones (16 and 6 above 2 GiB). Each costs 0.6 ms of a start and a little memory, so no more than that.
 */
export function spareRootPorts(spec: VirtualMachineInstanceSpec, plugged: Plugged): number {
  if (spec.domain.devices.disableHotplug) return 0;
  const forNics = Math.max(0, 4 - plugged.nics.length);
  const used = usedPorts(plugged) + forNics;
  const further = plugged.memoryBytes > 2 * GiB ? Math.max(16 - used, 6) : Math.max(8 - used, 3);
  return forNics + further;
}

/** Devices that take a port each: NICs, virtio disks, one controller per other bus, and the small virtio devices. */
function usedPorts({ disks, nics, devices }: Plugged): number {
  const virtioDisks = disks.filter(({ bus }) => bus === "virtio").length;
  const scsi = disks.some(({ bus }) => bus === "scsi") ? 1 : 0;
  const virtioInputs = (devices.inputs ?? []).filter(({ bus }) => bus === "virtio").length;
  const usb = disks.some(({ bus }) => bus === "usb") || (devices.inputs ?? []).some(({ bus }) => bus === "usb") ? 1 : 0;
  const single = [devices.guestAgent, devices.rng, devices.balloon].filter(Boolean).length;
  return nics.length + virtioDisks + scsi + usb + virtioInputs + single;
}
