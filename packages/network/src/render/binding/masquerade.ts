import { formatIp, parseCidr } from "@peapod/api";
import { InvalidSpecError } from "@peapod/machinery";
import type { BindingRequest, BridgedPlan, Dhcp6Plan, Sysctl } from "../../binding/types.ts";
import {
  addressOf,
  commonDhcp,
  commonPlan,
  guestMacOf,
  nameserversOf,
  sysctl,
  withoutBridgeFilter,
  withoutIpv6,
} from "./common.ts";
import { interfaceId } from "./interface-id.ts";
import { bindingNames } from "./names.ts";
import { renderMasqueradeNft } from "./nft.ts";

const defaultGuestNetwork = "10.0.2.0/24";
const defaultGuestIpv6Network = "fd10:0:2::/120";
/** The guest's gateway answers with this MAC whatever host it is on, so that a migrated guest need not ask again. */
const bridgeMac = "02:00:00:00:00:00";

/** The guest has a private network of its own, and the pod translates addresses; IPv6 where the pod itself has an address of it. */
export function planMasquerade(request: BindingRequest): BridgedPlan {
  const { interfaceSpec, network, podInterface, index, uid } = request;
  const names = bindingNames(podInterface.name);
  const path = `spec.networks[${index}].pod`;
  const ipv4 = ipv4Network(network.pod?.vmNetworkCIDR ?? defaultGuestNetwork, `${path}.vmNetworkCIDR`);
  const guestMac = guestMacOf(request, request.mac);
  const ipv6 = addressOf(request, 6)
    ? ipv6Network(network.pod?.vmIPv6NetworkCIDR ?? defaultGuestIpv6Network, `${path}.vmIPv6NetworkCIDR`, guestMac)
    : undefined;
  const nft = { podInterface: podInterface.name, bridge: names.bridge, table: names.nftTable, interfaceSpec };
  return {
    ...commonPlan(request),
    binding: "masquerade",
    guestMac,
    uid,
    tapName: names.tap,
    bridge: {
      name: names.bridge,
      mac: bridgeMac,
      address: `${ipv4.gateway}/${ipv4.prefixLength}`,
      ...(ipv6 && { ipv6Address: `${ipv6.gateway}/${ipv6.prefixLength}` }),
    },
    bridgeRoutes: [],
    sysctls: [
      sysctl("ipv4/ip_forward", "1"),
      sysctl("ipv4/conf/all/route_localnet", "1"), // for 127.0.0.1 inside the pod
      ...(ipv6 ? routesIpv6(names.bridge) : withoutIpv6(names.bridge)),
      ...withoutBridgeFilter,
    ],
    nft: [
      renderMasqueradeNft({ ...nft, family: "ip", gateway: ipv4.gateway, guest: ipv4.guest, sources: ipv4.guest }),
      ...(ipv6
        ? [renderMasqueradeNft({ ...nft, family: "ip6", gateway: ipv6.gateway, guest: ipv6.guest, sources: ipv6.cidr })]
        : []),
    ].join(""),
    nftTables: [`ip ${names.nftTable}`, ...(ipv6 ? [`ip6 ${names.nftTable}`] : [])],
    dhcp: {
      ...commonDhcp(request, names.bridge, guestMac),
      ipv4: {
        address: ipv4.guest,
        prefixLength: ipv4.prefixLength,
        isForeignSubnet: false,
        router: ipv4.gateway,
        classlessRoutes: [],
        nameservers: nameserversOf(request, 4),
      },
      ...(ipv6 && { ipv6: dhcp6(request, ipv6) }),
    },
  };
}

/** The pod is a router then, and takes no routes from others; the bridge has its address at once. */
function routesIpv6(bridge: string): readonly Sysctl[] {
  return [
    sysctl("ipv6/conf/all/forwarding", "1"),
    sysctl(`ipv6/conf/${bridge}/disable_ipv6`, "0"),
    sysctl(`ipv6/conf/${bridge}/accept_dad`, "0"),
  ];
}

function dhcp6(request: BindingRequest, { guest, prefixLength }: ReturnType<typeof ipv6Network>): Dhcp6Plan {
  const nameservers = nameserversOf(request, 6);
  return { address: guest, prefixLength, isStateful: prefixLength !== 64, nameservers };
}

/** The first host of the guest's network is its gateway, the second the guest. */
function ipv4Network(text: string, path: string) {
  const advice = "Write an IPv4 network of at least four addresses, like 10.0.2.0/24";
  const cidr = parseNetwork(text, path, advice);
  if (cidr.family !== 4 || cidr.prefixLength > 30) throw tooSmall(text, path, advice);
  return {
    gateway: formatIp({ family: 4, value: cidr.base + 1n }),
    guest: formatIp({ family: 4, value: cidr.base + 2n }),
    prefixLength: cidr.prefixLength,
  };
}

/** Like IPv4's; in a /64 guests make their addresses themselves, so that those without a DHCPv6 client have one. */
function ipv6Network(text: string, path: string, guestMac: string) {
  const advice =
    "Write an IPv6 network of at least four addresses, like fd10:0:2::/120; of /64 for guests without DHCPv6";
  const cidr = parseNetwork(text, path, advice);
  if (cidr.family !== 6 || cidr.prefixLength > 126 || cidr.prefixLength < 64) throw tooSmall(text, path, advice);
  const host = cidr.prefixLength === 64 ? interfaceId(guestMac) : 2n;
  return {
    cidr: `${formatIp({ family: 6, value: cidr.base })}/${cidr.prefixLength}`,
    gateway: formatIp({ family: 6, value: cidr.base + 1n }),
    guest: formatIp({ family: 6, value: cidr.base + host }),
    prefixLength: cidr.prefixLength,
  };
}

function parseNetwork(text: string, path: string, advice: string): ReturnType<typeof parseCidr> {
  try {
    return parseCidr(text);
  } catch (cause) {
    throw new InvalidSpecError(`Cannot use "${text}" as the guest's network`, { path, advice, cause });
  }
}

function tooSmall(text: string, path: string, advice: string): InvalidSpecError {
  const sentence = `Cannot use "${text}" as the guest's network: it has no room for a gateway and a guest`;
  return new InvalidSpecError(sentence, { path, advice });
}
