/** A pod's interface as CNI left it: what a binding starts from. */
export interface PodInterface {
  /** `eth0`, `pod37a8eec1ce1` */
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
  /** `10.244.0.5/24` */
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
  readonly pod?: { readonly vmNetworkCIDR?: string | undefined } | undefined;
  readonly multus?: object | undefined;
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

/** What a single guest is told by DHCP. */
export interface DhcpPlan {
  /** The in-pod bridge it is answered on. */
  readonly interface: string;
  readonly mac: string;
  readonly address: string;
  readonly prefixLength: number;
  /** True: the bridge has no address in the guest's subnet. */
  readonly isForeignSubnet: boolean;
  readonly router: string | undefined;
  /** Option 121; clients that know it ignore the router (RFC 3442), so the default route is here too. */
  readonly classlessRoutes: readonly { readonly destination: string; readonly gateway: string }[];
  readonly mtu: number;
  readonly hostname: string;
  readonly nameservers: readonly string[];
  readonly domain: string | undefined;
  readonly search: readonly string[];
  readonly ntpServers: readonly string[];
  readonly tftpServerName: string | undefined;
  readonly bootFileName: string | undefined;
  readonly privateOptions: readonly { readonly option: number; readonly value: string }[];
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
export interface BindingPlan {
  /** The interface's name in the VMI spec. */
  readonly name: string;
  readonly binding: "bridge" | "masquerade";
  readonly podInterface: PodInterface;
  readonly guestMac: string;
  readonly mtu: number;
  readonly uid: number;
  readonly tapName: string;
  readonly bridge: { readonly name: string; readonly mac: string; readonly address: string };
  /** Bridge binding: the pod's interface under its new name and MAC, a port of the bridge. */
  readonly nic?: { readonly name: string; readonly mac: string } | undefined;
  /** Bridge binding: what keeps the pod interface's name, MAC and addresses, cut off and down, for those who look them up. */
  readonly standIn?: { readonly kind: StandInKind; readonly peerName: string } | undefined;
  readonly sysctls: readonly Sysctl[];
  /** A whole nft file: what was there of ours is replaced in one transaction. */
  readonly nft: string;
  /** Tables of `nft`: `ip peapod_eth0`. */
  readonly nftTables: readonly string[];
  /** Undefined: the guest's network has an address server of its own, or none. */
  readonly dhcp?: DhcpPlan | undefined;
  /** What status reports. */
  readonly ipAddresses: readonly string[];
}
