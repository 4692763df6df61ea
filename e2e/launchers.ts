/** Machines of whom only the launcher pod and its addresses are looked at: nobody waits for their guests. */
import { Pod } from "@peapod/api";
import { eventually, type Peapod } from "./harness.ts";

export interface RunningPod {
  readonly name: string;
  readonly ip: string;
  /** Of eth0, as the network's status has them. */
  readonly ips: readonly string[];
  readonly mac: string;
}

/** The launcher pod of a VM once it runs; another one than `notThis`. */
export async function runningPodOf(peapod: Peapod, vm: string, notThis?: string): Promise<RunningPod> {
  return eventually(`vm/${vm} has a running pod`, async () => {
    const pod = (await launchersOf(peapod, vm)).find(
      ({ metadata, status }) => metadata.name !== notThis && status?.phase === "Running" && !metadata.deletionTimestamp,
    );
    const [eth0] = JSON.parse(pod?.metadata.annotations?.["k8s.v1.cni.cncf.io/network-status"] ?? "[]");
    return (
      eth0 && { name: pod?.metadata.name ?? "", ip: pod?.status?.podIP ?? "", ips: eth0.ips, mac: String(eth0.mac) }
    );
  });
}

export async function launchersOf(peapod: Peapod, vm: string): Promise<readonly Pod[]> {
  const client = await peapod.client();
  const { items } = await client.list(Pod, { namespace: "default", labelSelector: "kubevirt.io=virt-launcher" });
  return items.filter(({ metadata }) => metadata.annotations?.["kubevirt.io/domain"] === vm);
}

/** A manifest. No grace: the guest's address is its pod's. */
export function quickMachine(name: string, image: string, annotations: Readonly<Record<string, string>> = {}): string {
  return `apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: { name: ${name} }
spec:
  runStrategy: Always
  template:
    metadata:
      annotations: ${JSON.stringify(annotations)}
    spec:
      terminationGracePeriodSeconds: 0
      domain:
        devices:
          disks: [{ name: root, disk: { bus: virtio } }]
          interfaces: [{ name: default, masquerade: {} }]
        memory: { guest: 128Mi }
      networks: [{ name: default, pod: {} }]
      volumes: [{ name: root, containerDisk: { image: "${image}" } }]
`;
}
