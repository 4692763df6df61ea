import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { Installation } from "../installation.ts";
import { withDefaultContainerDisks, withDisksForVolumes } from "./disks.ts";
import { withDefaultNetwork } from "./network.ts";
import { withDefaultGuestMemory, withDefaultRequests, withDefaultTopology } from "./resources.ts";

/** Fills in what a machine needs and its manifest leaves open. Both a template, before it is judged, and an instance go through it. */
export function defaultSpec(given: VirtualMachineInstanceSpec, installation: Installation): VirtualMachineInstanceSpec {
  const spec = withMachineType(given, installation);
  const sized = withDefaultTopology(withDefaultGuestMemory(withDefaultRequests(spec, installation)));
  const evictionStrategy = sized.evictionStrategy ?? installation.evictionStrategy;
  const placed = { ...sized, ...(evictionStrategy !== undefined && { evictionStrategy }) };
  return withDisksForVolumes(withDefaultNetwork(withDefaultContainerDisks(placed), installation));
}

/** Architecture and machine type: what is decided once, when a machine is made, and kept for its life. */
export function withMachineType(
  spec: VirtualMachineInstanceSpec,
  installation: Installation,
): VirtualMachineInstanceSpec {
  const architecture = spec.architecture || installation.defaultArchitecture;
  const type = spec.domain.machine?.type || installation.machineType(architecture);
  return { ...spec, architecture, domain: { ...spec.domain, machine: { ...spec.domain.machine, type } } };
}

/** Only these have the PCI Express ports that devices are plugged into while the guest runs. */
export function supportsPcieHotplug(spec: VirtualMachineInstanceSpec): boolean {
  if (!["amd64", "arm64", ""].includes(spec.architecture ?? "")) return false;
  const type = spec.domain.machine?.type;
  return type === undefined || type.includes("q35") || type.startsWith("virt");
}
