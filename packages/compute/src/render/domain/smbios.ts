import type { VirtualMachineInstanceSpec } from "@peapod/api";
import type { DomainSmbios } from "@peapod/qemu";
import type { SmbiosConfig } from "./facts.ts";

/** Guests look for upstream's words to know where they run (`dmidecode`, cloud-init, `systemd-detect-virt`). */
export function renderSmbios(spec: VirtualMachineInstanceSpec, config: SmbiosConfig = {}): DomainSmbios {
  const { chassis, firmware } = spec.domain;
  return {
    manufacturer: config.manufacturer || "KubeVirt",
    product: config.product || "None",
    family: config.family || "KubeVirt",
    ...(config.version && { version: config.version }),
    ...(config.sku && { sku: config.sku }),
    ...(firmware?.serial && { serial: firmware.serial }),
    ...(chassis && {
      chassis: {
        ...(chassis.manufacturer && { manufacturer: chassis.manufacturer }),
        ...(chassis.version && { version: chassis.version }),
        ...(chassis.serial && { serial: chassis.serial }),
        ...(chassis.asset && { asset: chassis.asset }),
        ...(chassis.sku && { sku: chassis.sku }),
      },
    }),
  };
}
