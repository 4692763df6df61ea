import { type Interface, VirtualMachine } from "@peapod/api";

export const image = "quay.io/kubevirt/cirros-container-disk-demo";

/** What the guest's first program prints first. */
export const firstLine = /Peapod test guest: /;

/** The machine of the README: a container disk, a cloud-init seed, the pod network behind the pod's address. */
export function guestManifest(
  name: string,
  options: {
    readonly startsPaused?: boolean;
    readonly binding?: Omit<Interface, "name">;
    readonly userData?: string;
    /** A NetworkAttachmentDefinition for a further NIC, bridged. */
    readonly secondNetwork?: string;
  } = {},
): VirtualMachine {
  const {
    secondNetwork,
    binding = { masquerade: {} },
    userData = "#!/bin/sh\necho 'printed from cloud-init userdata'\n",
  } = options;
  return {
    apiVersion: `${VirtualMachine.group}/${VirtualMachine.version}`,
    kind: VirtualMachine.kind,
    metadata: { name, namespace: "default" },
    spec: {
      runStrategy: "Always",
      template: {
        metadata: { labels: { "kubevirt.io/vm": name } },
        spec: {
          terminationGracePeriodSeconds: 0,
          ...(options.startsPaused && { startStrategy: "Paused" }),
          domain: {
            devices: {
              disks: [
                { name: "containerdisk", disk: { bus: "virtio" } },
                { name: "cloudinitdisk", disk: { bus: "virtio" } },
              ],
              interfaces: [
                { name: "default", ...binding },
                ...(secondNetwork === undefined ? [] : [{ name: "second", bridge: {} }]),
              ],
            },
            resources: { requests: { memory: "128M" } },
          },
          networks: [
            { name: "default", pod: {} },
            ...(secondNetwork === undefined ? [] : [{ name: "second", multus: { networkName: secondNetwork } }]),
          ],
          volumes: [
            { name: "containerdisk", containerDisk: { image } },
            {
              name: "cloudinitdisk",
              cloudInitNoCloud: { userData },
            },
          ],
        },
      },
    },
  };
}
