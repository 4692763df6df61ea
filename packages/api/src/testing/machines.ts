import type { KubeVirt, KubeVirtSpec } from "../kinds/kubevirt/kubevirt.ts";
import type { VirtualMachine, VirtualMachineSpec } from "../kinds/kubevirt/virtual-machine.ts";
import type { VirtualMachineInstance } from "../kinds/kubevirt/virtual-machine-instance.ts";
import type { VirtualMachineInstanceSpec } from "../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { ObjectMeta } from "../meta.ts";

type Domain = VirtualMachineInstanceSpec["domain"];
type Overrides = Partial<Omit<VirtualMachineInstanceSpec, "domain">> & {
  readonly domain?: Partial<Omit<Domain, "devices">> & { readonly devices?: Partial<Domain["devices"]> };
};

/** The smallest spec that is admitted: 128 MiB, one container disk, one masquerade interface. */
export function instanceSpec({ domain = {}, ...spec }: Overrides = {}): VirtualMachineInstanceSpec {
  return {
    networks: [{ name: "default", pod: {} }],
    volumes: [{ name: "root", containerDisk: { image: "example.com/guest:1" } }],
    ...spec,
    domain: {
      resources: { requests: { memory: "128Mi" } },
      ...domain,
      devices: {
        disks: [{ name: "root", disk: { bus: "virtio" } }],
        interfaces: [{ name: "default", masquerade: {} }],
        ...domain.devices,
      },
    },
  };
}

export function virtualMachine(
  spec: Overrides = {},
  rest: Partial<VirtualMachineSpec> & { readonly metadata?: ObjectMeta } = {},
): VirtualMachine {
  const { metadata, ...own } = rest;
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name: "vm1", namespace: "default", ...metadata },
    spec: { runStrategy: "Always", template: { metadata: {}, spec: instanceSpec(spec) }, ...own },
  };
}

export function virtualMachineInstance(
  spec: Overrides = {},
  rest: Partial<Omit<VirtualMachineInstance, "spec">> = {},
): VirtualMachineInstance {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachineInstance",
    ...rest,
    metadata: { name: "vm1", namespace: "default", ...rest.metadata },
    spec: instanceSpec(spec),
  };
}

export function kubeVirt(configuration: KubeVirtSpec["configuration"] = {}): KubeVirt {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "KubeVirt",
    metadata: { name: "kubevirt", namespace: "kubevirt" },
    spec: { configuration },
  };
}
