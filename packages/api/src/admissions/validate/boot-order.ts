import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { Problem } from "../../problem.ts";
import { cause } from "./cause.ts";

/** Disks and interfaces share one boot order. */
export function validateBootOrder(spec: VirtualMachineInstanceSpec, path: string): Problem[] {
  const { disks = [], interfaces = [] } = spec.domain.devices;
  const taken = new Set<number>();
  const problems: Problem[] = [];
  const claim = (order: number | undefined, at: string) => {
    if (order === undefined) return;
    if (taken.has(order)) {
      problems.push(cause(`${at}.bootOrder`, `Boot order for ${at}.bootOrder already set for a different device.`));
    }
    taken.add(order);
  };
  disks.forEach(({ bootOrder }, index) => {
    claim(bootOrder, `${path}.domain.devices.disks[${index}]`);
  });
  interfaces.forEach(({ bootOrder }, index) => {
    const at = `${path}.domain.devices.interfaces[${index}]`;
    if (bootOrder !== undefined && bootOrder < 1) {
      problems.push(cause(`${at}.bootOrder`, `${at} must have a boot order > 0, if supplied`));
    } else claim(bootOrder, at);
  });
  return problems;
}
