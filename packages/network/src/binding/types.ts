/** A pod's interface as CNI left it: what a binding starts from. */
export interface PodInterface {
  /** `eth0`, `pod37a8eec1ce1` */
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
  /** What the kernel calls it: `veth`, `macvlan`, `ipvlan`. Unknown: recorded by an earlier version. */
  readonly kind?: string | undefined;
  /** Of a macvlan: `bridge`, `passthru`. */
  readonly mode?: string | undefined;
  /** `10.244.0.5/24`, `fd00::5/64`; without link-local ones */
  readonly addresses: readonly string[];
  readonly gateways: readonly string[];
  /** Without those of the subnets it is in. */
  readonly routes: readonly { readonly destination: string; readonly gateway?: string }[];
}

/** The part of `spec.domain.devices.interfaces[]` that wiring looks at. */
export interface InterfaceSpec {
  readonly name: string;
  readonly bridge?: object | undefined;
  readonly masquerade?: object | undefined;
  readonly passt?: object | undefined;
  readonly passtBinding?: object | undefined;
  readonly macvtap?: object | undefined;
  readonly macAddress?: string | undefined;
  readonly ports?: readonly PortSpec[] | undefined;
  readonly portRanges?:
    | readonly { readonly protocol?: string | undefined; readonly start: number; readonly end: number }[]
    | undefined;
  readonly dhcpOptions?: DhcpOptionsSpec | undefined;
}

export interface PortSpec {
  readonly protocol?: string | undefined;
  readonly port: number;
}

export interface DhcpOptionsSpec {
  readonly bootFileName?: string | undefined;
  readonly tftpServerName?: string | undefined;
  readonly ntpServers?: readonly string[] | undefined;
  readonly privateOptions?: readonly { readonly option: number; readonly value: string }[] | undefined;
}

/** The part of `spec.networks[]` that wiring looks at. */
export interface NetworkSpec {
  readonly name: string;
  readonly pod?:
    | { readonly vmNetworkCIDR?: string | undefined; readonly vmIPv6NetworkCIDR?: string | undefined }
    | undefined;
  readonly multus?: { readonly default?: boolean | undefined } | undefined;
}

/** Everything that decides how one guest interface is wired. */
export interface BindingRequest {
  readonly interfaceSpec: InterfaceSpec;
  readonly network: NetworkSpec;
  readonly podInterface: PodInterface;
  /** Position among the interfaces of the VMI. */
  readonly index: number;
  /** The guest's MAC where the spec names none (masquerade; a bridged guest takes its pod interface's). */
  readonly mac: string;
  /** The guest's, a DNS label. */
  readonly hostname: string;
  readonly subdomain?: string | undefined;
  readonly dns: { readonly nameservers: readonly string[]; readonly search: readonly string[] };
  /** Unprivileged user that QEMU runs as: the tap is theirs. */
  readonly uid: number;
  /** What this kernel can make to keep a bridged pod interface's name and addresses for show. */
  readonly standIn: StandInKind;
}

/** Some kernels have no dummy device: one end of a cut-off veth pair does. */
export type StandInKind = "dummy" | "veth";

/** What a single guest is told by router advertisements and DHCPv6. */
export interface Dhcp6Plan {
  /** The guest's; without prefix length. */
  readonly address: string;
  /** Of the network it is in. */
  readonly prefixLength: number;
  /** False: the guest makes the address itself, of the advertised prefix and its MAC. */
  readonly isStateful: boolean;
  /** The bridge's own network, where the guest's is not on the bridge: what is advertised by must have an address there. */
  readonly routerNetwork?: string | undefined;
  readonly nameservers: readonly string[];
}

/** What a single guest is told by DHCP. */
export interface DhcpPlan {
  /** The in-pod bridge it is answered on. */
  readonly interface: string;
  readonly mac: string;
  /** Undefined: it has no IPv4 address. */
  readonly ipv4?: Dhcp4Plan | undefined;
  readonly ipv6?: Dhcp6Plan | undefined;
  readonly mtu: number;
  readonly hostname: string;
  readonly domain: string | undefined;
  readonly search: readonly string[];
  readonly ntpServers: readonly string[];
  readonly tftpServerName: string | undefined;
  readonly bootFileName: string | undefined;
  readonly privateOptions: readonly { readonly option: number; readonly value: string }[];
}

export interface Dhcp4Plan {
  readonly address: string;
  readonly prefixLength: number;
  /** True: the bridge has no address in the guest's subnet. */
  readonly isForeignSubnet: boolean;
  readonly router: string | undefined;
  /** Option 121; clients that know it ignore the router (RFC 3442), so the default route is here too. */
  readonly classlessRoutes: readonly { readonly destination: string; readonly gateway: string }[];
  readonly nameservers: readonly string[];
}

/** One setting under `/proc/sys/net` of the pod's namespace. */
export interface Sysctl {
  /** `ipv4/ip_forward` */
  readonly path: string;
  readonly value: string;
  /** True: kernels without it need it not. */
  readonly isOptional: boolean;
}

/** How one guest interface is wired: plain data, the same for the same request. */
export type BindingPlan = BridgedPlan | PasstPlan | MacvtapPlan;

interface PlanBase {
  /** The interface's name in the VMI spec. */
  readonly name: string;
  readonly podInterface: PodInterface;
  readonly guestMac: string;
  readonly mtu: number;
  readonly sysctls: readonly Sysctl[];
  /** What status reports. */
  readonly ipAddresses: readonly string[];
  /** The nft table that remembers which addresses the guest uses: not behind masquerade or passt. */
  readonly addressWatch?: string | undefined;
}

/** A tap on a bridge of the pod. */
export interface BridgedPlan extends PlanBase {
  readonly binding: "bridge" | "masquerade";
  readonly uid: number;
  readonly tapName: string;
  readonly bridge: {
    readonly name: string;
    readonly mac: string;
    readonly address: string;
    readonly ipv6Address?: string | undefined;
  };
  /** Bridge binding: the pod's interface under its new name and MAC, a port of the bridge. */
  readonly nic?: { readonly name: string; readonly mac: string } | undefined;
  /** Bridge binding: what keeps the pod interface's name, MAC and addresses, cut off and down, for those who look them up. */
  readonly standIn?: { readonly kind: StandInKind; readonly peerName: string } | undefined;
  /** Routes by the bridge, for the guest's IPv6 packets that it is the router of. */
  readonly bridgeRoutes: readonly { readonly destination: string; readonly gateway?: string }[];
  /** A whole nft file: what was there of ours is replaced in one transaction. */
  readonly nft: string;
  /** Tables of `nft`: `ip peapod_eth0`. */
  readonly nftTables: readonly string[];
  /** Undefined: the guest's network has an address server of its own, or none. */
  readonly dhcp?: DhcpPlan | undefined;
}

/** A program that speaks for the guest from sockets of the pod. */
export interface PasstPlan extends PlanBase {
  readonly binding: "passt";
  readonly uid: number;
  /** What passt is to do, without its files. */
  readonly passtArguments: readonly string[];
}

/** A macvtap beside, or on top of, the pod's interface. */
export interface MacvtapPlan extends PlanBase {
  readonly binding: "macvtap";
  readonly tapName: string;
  /** What the pod's interface is called by on the wire from now on: the guest takes its MAC. */
  readonly podMac: string;
  /** Where the guest's DHCP server listens: a macvlan beside the guest's, which hears it without the wire. */
  readonly server?: { readonly name: string; readonly mac: string; readonly address: string } | undefined;
  /** A whole nft file, and its tables. */
  readonly nft: string;
  readonly nftTables: readonly string[];
  readonly dhcp?: DhcpPlan | undefined;
}
