import type { VirtualMachineInstance } from "@peapod/api";
import type { Attachment } from "@peapod/network";
import { nicPlaces } from "@peapod/qemu";
import { machineType } from "../domain/machine.ts";
import type { SeedInterface } from "./index.ts";

/** Whether a seed tells of the guest's interfaces, and so has to wait until they are attached: one has a tag, and a ConfigDrive names it. */
export function seedTellsInterfaces({ spec }: VirtualMachineInstance): boolean {
  const hasTag = spec.domain.devices.interfaces?.some(({ tag }) => tag) ?? false;
  return hasTag && (spec.volumes ?? []).some(({ cloudInitConfigDrive }) => cloudInitConfigDrive !== undefined);
}

/** The guest's interfaces as it will find them. */
export function renderSeedInterfaces(
  { spec }: VirtualMachineInstance,
  attachments: readonly Attachment[],
  architecture: "amd64" | "arm64",
): readonly SeedInterface[] {
  const { interfaces = [], disks = [] } = spec.domain.devices;
  const places = nicPlaces({
    machine: { type: machineType(spec, architecture) },
    nics: interfaces.filter(({ state }) => state !== "absent"),
    disks: disks.map(({ disk }) => ({ pciAddress: disk?.pciAddress })),
  });
  return attachments.map(({ name, mac }) => ({ name, mac, pciAddress: places.get(name) }));
}
