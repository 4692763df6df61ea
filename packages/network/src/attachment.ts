/** One guest interface, resolved: what compute needs to render a NIC and the node needs for status. */
export interface Attachment {
  /** The interface's (and network's) name in the VMI spec. */
  readonly name: string;
  readonly binding: "bridge" | "masquerade" | "passt" | "macvtap";
  /** `eth0`, `pod37a8eec1ce1` */
  readonly podInterfaceName: string;
  /** How QEMU reaches it, inside the pod's network namespace. */
  readonly backend:
    | { readonly type: "tap"; readonly ifName: string }
    | { readonly type: "stream"; readonly socketPath: string }
    | { readonly type: "macvtap"; readonly ifName: string };
  /** The guest's MAC. */
  readonly mac: string;
  readonly mtu: number;
  /** What status.interfaces reports: the pod's addresses (masquerade, bridge: those handed to the guest), without prefix length. */
  readonly ipAddresses: readonly string[];
  /** dnsmasq's lease file: watch it for the moment the guest took its address. Undefined: no DHCP of ours. */
  readonly leaseFile?: string | undefined;
  /** An nft table that knows the addresses which the guest uses, in the pod's namespace: not behind masquerade or passt. */
  readonly addressWatch?: string | undefined;
  /** The passt that serves it: started when QEMU listens, and again when it died. */
  readonly passtArguments?: readonly string[] | undefined;
}
