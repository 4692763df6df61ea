import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { Installation } from "../installation.ts";

/** A machine that says nothing about networks is plugged into the pod network. */
export function withDefaultNetwork(
  spec: VirtualMachineInstanceSpec,
  installation: Installation,
): VirtualMachineInstanceSpec {
  const { devices } = spec.domain;
  if (devices.autoattachPodInterface === false) return spec;
  if ((spec.networks ?? []).length > 0 || (devices.interfaces ?? []).length > 0) return spec;
  const nic = installation.defaultBinding === "masquerade" ? { masquerade: {} } : { bridge: {} };
  return {
    ...spec,
    networks: [{ name: "default", pod: {} }],
    domain: { ...spec.domain, devices: { ...devices, interfaces: [{ name: "default", ...nic }] } },
  };
}
