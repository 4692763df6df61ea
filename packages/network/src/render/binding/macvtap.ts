import { formatIp } from "@peapod/api";
import type { BindingRequest, MacvtapPlan } from "../../binding/types.ts";
import { guestRoutes } from "./bridge.ts";
import { addressOf, commonDhcp, commonPlan, guestMacOf, nameserversOf, sysctl, withoutIpv6 } from "./common.ts";
import { bindingNames } from "./names.ts";
import { renderAddressWatch } from "./nft.ts";

/**
 * A macvtap on what the pod's interface is on: the guest stands on the wire itself, under the pod interface's MAC. An IPv4 address
 * that the pod has becomes the guest's, by a DHCP server beside it which the wire never hears.
 */
export function planMacvtap(request: BindingRequest): MacvtapPlan {
  const { podInterface, index } = request;
  const names = bindingNames(podInterface.name);
  const guestMac = guestMacOf(request, podInterface.mac);
  const watch = `netdev ${names.nftTable}`;
  const tail = podInterface.mac.slice(6); // the last four bytes
  const ipv4 = addressOf(request, 4);
  return {
    ...commonPlan(request),
    ipAddresses: ipv4 ? [formatIp(ipv4.ip)] : [], // of IPv6 the guest has what the underlay serves
    binding: "macvtap",
    guestMac,
    tapName: names.tap,
    podMac: `02:99:${tail}`,
    sysctls: [
      // The pod's kernel would make itself the link-local address that the guest makes of the same MAC, and defend it.
      ...withoutIpv6(names.tap),
      ...(ipv4 ? [...withoutIpv6(names.bridge), sysctl(`ipv4/conf/${names.bridge}/arp_ignore`, "1")] : []),
    ],
    nft: renderAddressWatch({ hook: "egress", table: names.nftTable, tap: names.tap }),
    nftTables: [watch],
    addressWatch: watch,
    ...(ipv4 && {
      server: { name: names.bridge, mac: `02:88:${tail}`, address: `169.254.75.${10 + index}/32` },
      dhcp: {
        ...commonDhcp(request, names.bridge, guestMac),
        ipv4: {
          address: formatIp(ipv4.ip),
          prefixLength: ipv4.prefixLength,
          isForeignSubnet: true,
          nameservers: nameserversOf(request, 4),
          ...guestRoutes(request),
        },
      },
    }),
  };
}
