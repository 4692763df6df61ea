/**
 * One launcher pod's place on this machine; `sandbox.json` in the guest's data folder, written to a temporary name, synced, renamed.
 * The pods reconciler (kubelet role) makes and removes it, the guests reconciler (virt-handler role) works in it.
 */
export interface Sandbox {
  readonly formatVersion: 1;
  /** `making` is recorded before anything is made; `removed` stays until the guest's folder goes, for its logs are still read. */
  readonly state: "making" | "standing" | "removed";
  readonly podUid: string;
  readonly podNamespace: string;
  readonly podName: string;
  readonly vmiUid: string;
  readonly vmiName: string;
  /** Short number, unique on this machine among the instance's guests; names links, namespaces, cgroups, folders. */
  readonly number: number;
  readonly instance: string;
  /** `/run/netns/pp<instance>-<number>` */
  readonly netnsPath: string;
  /** `/run/peapod/<instance>/<number>` */
  readonly runDir: string;
  /** `D/guests/<vmi uid>` */
  readonly dataDir: string;
  /** cgroup folders to join (one per v1 controller, or one in v2), made with limits; empty where the machine has none. */
  readonly cgroupPaths: readonly string[];
  /** Unprivileged identity of this guest's QEMU. */
  readonly uid: number;
  readonly gid: number;
  /** Boot id of the machine when it was made: after a reboot nothing of it exists any more. */
  readonly bootId: string;
  /** The pod's interfaces as CNI left them. */
  readonly interfaces: readonly SandboxInterface[];
}

export interface SandboxInterface {
  /** Name in the pod: `eth0` for the VMI's pod or default network, `podInterfaceName(network)` for its others. */
  readonly name: string;
  readonly nad: { readonly namespace: string; readonly name: string };
  readonly mac: string;
  readonly mtu: number;
  /** `10.244.0.5/24` */
  readonly addresses: readonly string[];
  readonly gateways: readonly string[];
  readonly routes: readonly { readonly destination: string; readonly gateway?: string }[];
  readonly dns: { readonly nameservers: readonly string[]; readonly search: readonly string[] };
}
