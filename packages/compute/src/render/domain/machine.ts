import type { VirtualMachineInstanceSpec } from "@peapod/api";
import type { DomainMachine } from "@peapod/qemu";
import { translationBufferMiB } from "../../guest/memory.ts";
import type { NodeFacts } from "./facts.ts";

export function renderMachine(spec: VirtualMachineInstanceSpec, node: NodeFacts, memoryBytes: number): DomainMachine {
  const { features } = spec.domain;
  return {
    type: machineType(spec, node.architecture),
    accelerator:
      node.accelerator === "kvm"
        ? { type: "kvm" }
        : { type: "tcg", translationBufferMiB: translationBufferMiB(memoryBytes) },
    acpi: isOn(features?.acpi, true),
    smm: isOn(features?.smm, false),
  };
}

export function machineType(
  { domain }: Pick<VirtualMachineInstanceSpec, "domain">,
  architecture: NodeFacts["architecture"],
): string {
  return domain.machine?.type || (architecture === "arm64" ? "virt" : "q35");
}

/** A feature block switches its feature on unless it says otherwise; without the block the default holds. */
export function isOn(state: { readonly enabled?: boolean | undefined } | undefined, otherwise: boolean): boolean {
  return state === undefined ? otherwise : state.enabled !== false;
}
