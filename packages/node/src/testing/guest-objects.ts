import type { Pod, VirtualMachineInstance } from "@peapod/api";

export const vmiKey = { namespace: "default", name: "web" };
export const podKey = { namespace: "default", name: "virt-launcher-web-abcde" };

/** A launcher pod that the scheduler has bound to this node. */
export function launcherPod(uid = "1"): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...podKey,
      uid: `pod-${uid}`,
      labels: { "kubevirt.io": "virt-launcher", "kubevirt.io/created-by": `vmi-${uid}` },
      annotations: { "kubevirt.io/domain": "web" },
      ownerReferences: [
        {
          apiVersion: "kubevirt.io/v1",
          kind: "VirtualMachineInstance",
          name: "web",
          uid: `vmi-${uid}`,
          controller: true,
        },
      ],
    },
    spec: {
      nodeName: "n1",
      terminationGracePeriodSeconds: 60,
      containers: [{ name: "compute", image: "launcher", resources: { limits: { memory: "300Mi" } } }],
    },
  };
}

/** A VMI in Scheduled, as the cluster half hands it over; its guest is the boot sector of `@peapod/qemu/testing`. */
export function scheduledInstance(
  uid = "1",
  spec: Partial<VirtualMachineInstance["spec"]> & { readonly devices?: object; readonly features?: object } = {},
): VirtualMachineInstance {
  const { devices, features, ...rest } = spec;
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachineInstance",
    metadata: { ...vmiKey, uid: `vmi-${uid}`, finalizers: ["kubevirt.io/foregroundDeleteVirtualMachine"] },
    spec: {
      domain: {
        firmware: { uuid: "5d307ca9-b3ef-428c-8861-06e72d69f223" },
        memory: { guest: "64Mi" },
        ...features,
        devices: {
          autoattachGraphicsDevice: false,
          disks: [{ name: "boot", disk: { bus: "virtio" } }],
          interfaces: [{ name: "default", masquerade: {} }],
          ...devices,
        },
      },
      networks: [{ name: "default", pod: {} }],
      volumes: [{ name: "boot", containerDisk: { image: "boot" } }],
      ...rest,
    },
    status: { phase: "Scheduled", nodeName: "n1" },
  };
}
