import { cidrOf, containsIp, formatIp, isLinkLocal, parseCidr, parseIp, parseIpWithPrefix } from "@peapod/api";
import { InvalidSpecError } from "@peapod/machinery";
import { bindingNames } from "../render/binding-names.ts";
import { renderDhcpFence, renderMasqueradeNft } from "../render/binding-nft.ts";
import type { BindingPlan, BindingRequest, DhcpPlan, Sysctl } from "./types.ts";

const defaultGuestNetwork = "10.0.2.0/24";
/** The guest's gateway answers with this MAC whatever host it is on, so that a migrated guest need not ask again. */
const masqueradeBridgeMac = "02:00:00:00:00:00";
/** Where a pod is told of no name server; as upstream. */
const fallbackNameservers = ["8.8.8.8"];

/**
 * How one guest interface is wired to its pod interface.
 *
 * masquerade: the guest has a private network of its own and the pod translates addresses; bridge: the guest takes over the pod
 * interface's MAC and addresses.
 *
 * @throws {InvalidSpecError} when the interface asks for a binding, or a network, that cannot be had
 */
export function planBinding(request: BindingRequest): BindingPlan {
  const { interfaceSpec, index } = request;
  if (interfaceSpec.masquerade) return planMasquerade(request);
  if (interfaceSpec.bridge) return planBridge(request);
  throw new InvalidSpecError(`Cannot wire interface "${interfaceSpec.name}": it names no binding that is known here`, {
    path: `spec.domain.devices.interfaces[${index}]`,
    advice: "Use bridge or masquerade",
  });
}

function planMasquerade(request: BindingRequest): BindingPlan {
  const { interfaceSpec, network, podInterface, index } = request;
  const names = bindingNames(podInterface.name);
  const { gateway, guest, prefixLength } = guestNetwork(network.pod?.vmNetworkCIDR ?? defaultGuestNetwork, index);
  const guestMac = (interfaceSpec.macAddress ?? request.mac).toLowerCase();
  return {
    ...common(request),
    binding: "masquerade",
    guestMac,
    tapName: names.tap,
    bridge: { name: names.bridge, mac: masqueradeBridgeMac, address: `${gateway}/${prefixLength}` },
    sysctls: [
      sysctl("ipv4/ip_forward", "1"),
      sysctl("ipv4/conf/all/route_localnet", "1"), // for 127.0.0.1 inside the pod
      ...withoutIpv6(names.bridge),
      ...withoutBridgeFilter,
    ],
    nft: renderMasqueradeNft({
      table: names.nftTable,
      podInterface: podInterface.name,
      bridge: names.bridge,
      gateway,
      guest,
      interfaceSpec,
    }),
    nftTables: [`ip ${names.nftTable}`],
    dhcp: {
      ...commonDhcp(request, names.bridge, guestMac),
      address: guest,
      prefixLength,
      isForeignSubnet: false,
      router: gateway,
      classlessRoutes: [],
    },
  };
}

function planBridge(request: BindingRequest): BindingPlan {
  const { interfaceSpec, podInterface, index } = request;
  const names = bindingNames(podInterface.name);
  const guestMac = (interfaceSpec.macAddress ?? podInterface.mac).toLowerCase();
  const tail = podInterface.mac.slice(6); // the last four bytes
  const [address] = podInterface.addresses.map(parseIpWithPrefix).filter(({ ip }) => ip.family === 4);
  return {
    ...common(request),
    binding: "bridge",
    guestMac,
    tapName: names.tap,
    // A link-local address is all it has: enough to answer DHCP from, and nothing the guest's network knows.
    bridge: { name: names.bridge, mac: `02:88:${tail}`, address: `169.254.75.${10 + index}/32` },
    nic: { name: names.nic, mac: `02:99:${tail}` },
    standIn: { kind: request.standIn, peerName: names.standInPeer },
    sysctls: [
      sysctl(`ipv4/conf/${names.bridge}/arp_ignore`, "1"), // the stand-in's address is the guest's to answer for
      ...withoutIpv6(names.bridge),
      ...withoutIpv6(names.nic),
      ...withoutBridgeFilter,
    ],
    nft: address ? renderDhcpFence({ table: names.nftTable, nic: names.nic }) : "",
    nftTables: address ? [`bridge ${names.nftTable}`] : [],
    ...(address && {
      dhcp: {
        ...commonDhcp(request, names.bridge, guestMac),
        address: formatIp(address.ip),
        prefixLength: address.prefixLength,
        isForeignSubnet: true,
        ...bridgeRoutes(request),
      },
    }),
  };
}

/** Router and routes of a bridged guest. A gateway outside of the subnet (link-local, for a /32) needs a route to itself first. */
function bridgeRoutes({ podInterface }: BindingRequest): Pick<DhcpPlan, "router" | "classlessRoutes"> {
  const subnets = podInterface.addresses.map(parseIpWithPrefix).map(({ ip, prefixLength }) => cidrOf(ip, prefixLength));
  const isReachable = (gateway: string): boolean =>
    subnets.some((subnet) => subnet.prefixLength < 32 && containsIp(subnet, parseIp(gateway)));
  const routes = podInterface.routes.filter(({ destination }) => parseCidr(destination).family === 4);
  const gateway =
    routes.find(({ destination, gateway }) => destination === "0.0.0.0/0" && gateway !== undefined)?.gateway ??
    podInterface.gateways.find((candidate) => parseIp(candidate).family === 4);
  const far = new Set(
    [gateway, ...routes.map((route) => route.gateway)].filter((hop) => hop !== undefined && !isReachable(hop)),
  );
  const onLink = routes.filter((route) => route.gateway === undefined).map(({ destination }) => destination);
  for (const hop of far) onLink.push(`${hop}/32`);
  const through = routes.filter(({ destination }) => destination !== "0.0.0.0/0");
  return {
    router: gateway !== undefined && isReachable(gateway) ? gateway : undefined,
    classlessRoutes: [
      ...[...new Set(onLink)].map((destination) => ({ destination, gateway: "0.0.0.0" })),
      ...through.flatMap(({ destination, gateway: hop }) => (hop === undefined ? [] : [{ destination, gateway: hop }])),
      ...(gateway === undefined ? [] : [{ destination: "0.0.0.0/0", gateway }]),
    ],
  };
}

function common({ interfaceSpec, podInterface, uid }: BindingRequest) {
  return {
    name: interfaceSpec.name,
    podInterface,
    mtu: podInterface.mtu,
    uid,
    ipAddresses: podInterface.addresses
      .map((address) => parseIpWithPrefix(address).ip)
      .filter((ip) => ip.family === 4 || !isLinkLocal(ip))
      .map(formatIp),
  };
}

function commonDhcp(
  { interfaceSpec, podInterface, dns, hostname, subdomain }: BindingRequest,
  bridge: string,
  mac: string,
) {
  const [first] = dns.search;
  const search = subdomain !== undefined && first !== undefined ? [`${subdomain}.${first}`, ...dns.search] : dns.search;
  const { dhcpOptions } = interfaceSpec;
  return {
    interface: bridge,
    mac,
    mtu: podInterface.mtu,
    hostname,
    nameservers: dns.nameservers.length > 0 ? dns.nameservers.filter(isIpv4) : fallbackNameservers,
    domain: search[0],
    search,
    ntpServers: dhcpOptions?.ntpServers ?? [],
    tftpServerName: dhcpOptions?.tftpServerName,
    bootFileName: dhcpOptions?.bootFileName,
    privateOptions: dhcpOptions?.privateOptions ?? [],
  };
}

function isIpv4(text: string): boolean {
  return !text.includes(":");
}

/** The first host of the guest's network is its gateway, the second the guest. */
function guestNetwork(text: string, index: number) {
  const path = `spec.networks[${index}].pod.vmNetworkCIDR`;
  const advice = "Write an IPv4 network of at least four addresses, like 10.0.2.0/24";
  let cidr: ReturnType<typeof parseCidr>;
  try {
    cidr = parseCidr(text);
  } catch (cause) {
    throw new InvalidSpecError(`Cannot use "${text}" as the guest's network`, { path, advice, cause });
  }
  if (cidr.family !== 4 || cidr.prefixLength > 30) {
    throw new InvalidSpecError(
      `Cannot use "${text}" as the guest's network: it has no room for a gateway and a guest`,
      {
        path,
        advice,
      },
    );
  }
  return {
    gateway: formatIp({ family: 4, value: cidr.base + 1n }),
    guest: formatIp({ family: 4, value: cidr.base + 2n }),
    prefixLength: cidr.prefixLength,
  };
}

/** Links that only carry a guest's frames have no business in the guest's IPv6 network. */
function withoutIpv6(link: string): readonly Sysctl[] {
  return [sysctl(`ipv6/conf/${link}/disable_ipv6`, "1", true)];
}

/** New namespaces pass bridged frames through the IP hooks, where nothing of ours wants to see them. */
const withoutBridgeFilter = ["iptables", "ip6tables", "arptables"].map((name) =>
  sysctl(`bridge/bridge-nf-call-${name}`, "0", true),
);

function sysctl(path: string, value: string, isOptional = false): Sysctl {
  return { path, value, isOptional };
}
