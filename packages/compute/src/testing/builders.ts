import type {
  ObjectMeta,
  Pod,
  VirtualMachine,
  VirtualMachineInstance,
  VirtualMachineInstanceSpec,
  VirtualMachineInstanceStatus,
  VirtualMachineStatus,
} from "@peapod/api";

/** A small guest; pass only what the test is about. */
export function instance(
  parts: {
    readonly metadata?: ObjectMeta;
    readonly spec?: Partial<VirtualMachineInstanceSpec>;
    readonly status?: VirtualMachineInstanceStatus;
  } = {},
): VirtualMachineInstance {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachineInstance",
    metadata: {
      name: "web",
      namespace: "default",
      uid: "6f01a94b-3260-4c5a-bbe5-dc98d13e6bea",
      resourceVersion: "7",
      ...parts.metadata,
    },
    spec: { domain: { devices: {}, memory: { guest: "128Mi" } }, ...parts.spec },
    ...(parts.status && { status: parts.status }),
  };
}

export function machine(
  parts: {
    readonly metadata?: ObjectMeta;
    readonly spec?: Partial<VirtualMachine["spec"]>;
    readonly status?: VirtualMachineStatus;
  } = {},
): VirtualMachine {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: {
      name: "web",
      namespace: "default",
      uid: "d633a622-2335-4606-93ae-d432b7c7f2d2",
      resourceVersion: "3",
      generation: 1,
      finalizers: ["kubevirt.io/virtualMachineControllerFinalize"],
      ...parts.metadata,
    },
    spec: {
      runStrategy: "Always",
      template: { spec: { domain: { devices: {}, memory: { guest: "128Mi" } } } },
      ...parts.spec,
    },
    ...(parts.status && { status: parts.status }),
  };
}

export function launcherPod(
  parts: { readonly metadata?: ObjectMeta; readonly spec?: Partial<Pod["spec"]>; readonly status?: Pod["status"] } = {},
): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "virt-launcher-web-7k2xq",
      namespace: "default",
      uid: "0c5e1f6a-1c6b-4a1e-9a55-0d5f6d7c8b9a",
      resourceVersion: "9",
      labels: { "kubevirt.io": "virt-launcher", "kubevirt.io/created-by": "6f01a94b-3260-4c5a-bbe5-dc98d13e6bea" },
      ...parts.metadata,
    },
    spec: { containers: [{ name: "compute", image: "launcher" }], ...parts.spec },
    ...(parts.status && { status: parts.status }),
  };
}
