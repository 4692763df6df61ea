import { cidrOf, containsIp, formatIp, parseCidr, parseIp, parseIpWithPrefix } from "@peapod/api";
import type { BindingRequest, BridgedPlan, Dhcp4Plan } from "../../binding/types.ts";
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
import { bindingNames } from "./names.ts";
import { renderAddressWatch, renderDhcpFence } from "./nft.ts";

/** The guest takes over the pod interface's MAC and addresses. */
export function planBridge(request: BindingRequest): BridgedPlan {
  const { podInterface, index, uid, standIn } = request;
  const names = bindingNames(podInterface.name);
  const guestMac = guestMacOf(request, podInterface.mac);
  const tail = podInterface.mac.slice(6); // the last four bytes
  const [ipv4, ipv6] = [addressOf(request, 4), addressOf(request, 6)];
  const isServed = ipv4 !== undefined || ipv6 !== undefined;
  const fence = isServed ? renderDhcpFence({ table: names.nftTable, nic: names.nic }) : "";
  const watch = `netdev ${names.nftTable}`;
  const routerNetwork = `fd10:0:2:${(0x100 + index).toString(16)}::`;
  return {
    ...commonPlan(request),
    binding: "bridge",
    guestMac,
    uid,
    tapName: names.tap,
    // A link-local address is all it has: enough to answer DHCP from, and nothing the guest's network knows.
    bridge: {
      name: names.bridge,
      mac: `02:88:${tail}`,
      address: `169.254.75.${10 + index}/32`,
      ...(ipv6 && { ipv6Address: `${routerNetwork}1/64` }),
    },
    nic: { name: names.nic, mac: `02:99:${tail}` },
    standIn: { kind: standIn, peerName: names.standInPeer },
    bridgeRoutes: ipv6 ? ipv6Routes(request) : [],
    sysctls: [
      sysctl(`ipv4/conf/${names.bridge}/arp_ignore`, "1"), // the stand-in's address is the guest's to answer for
      ...(ipv6
        ? [
            sysctl("ipv6/conf/all/forwarding", "1"),
            sysctl(`ipv6/conf/${names.bridge}/disable_ipv6`, "0"),
            sysctl(`ipv6/conf/${names.bridge}/accept_dad`, "0"),
          ]
        : withoutIpv6(names.bridge)),
      ...withoutIpv6(names.nic),
      ...withoutBridgeFilter,
    ],
    nft: `${fence}${renderAddressWatch({ hook: "ingress", table: names.nftTable, tap: names.tap })}`,
    nftTables: [...(isServed ? [`bridge ${names.nftTable}`] : []), watch],
    addressWatch: watch,
    ...(isServed && {
      dhcp: {
        ...commonDhcp(request, names.bridge, guestMac),
        ...(ipv4 && {
          ipv4: {
            address: formatIp(ipv4.ip),
            prefixLength: ipv4.prefixLength,
            isForeignSubnet: true,
            nameservers: nameserversOf(request, 4),
            ...guestRoutes(request),
          },
        }),
        ...(ipv6 && {
          ipv6: {
            address: formatIp(ipv6.ip),
            prefixLength: ipv6.prefixLength,
            isStateful: true,
            routerNetwork,
            nameservers: nameserversOf(request, 6),
          },
        }),
      },
    }),
  };
}

/**
 * A router advertisement names its sender as the router, so the bridge is one, and forwards to where the pod would have sent. The
 * kernel tells the guest of the shorter way (redirects).
 */
function ipv6Routes({ podInterface }: BindingRequest): BridgedPlan["bridgeRoutes"] {
  const subnets = podInterface.addresses
    .map(parseIpWithPrefix)
    .filter(({ ip }) => ip.family === 6)
    .map(({ ip, prefixLength }) => {
      const { base } = cidrOf(ip, prefixLength);
      return { destination: `${formatIp({ family: 6, value: base })}/${prefixLength}` };
    });
  const routes = podInterface.routes.filter(({ destination }) => parseCidr(destination).family === 6);
  return [...subnets, ...routes];
}

/** Router and routes of a guest in the pod's place. A gateway outside of the subnet (link-local, for a /32) needs a route to itself. */
export function guestRoutes({
  podInterface,
}: Pick<BindingRequest, "podInterface">): Pick<Dhcp4Plan, "router" | "classlessRoutes"> {
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
