import { parseIpWithPrefix } from "@peapod/api";
import type { Link } from "../../link/types.ts";
import { linkLocalOf } from "../../render/binding/interface-id.ts";
import type { MacvtapPlan } from "../types.ts";
import { mustExist, restoreRoutes } from "../wiring/plan.ts";

/** Lines for `ip -batch` and `tc -batch`. */
export interface MacvtapWiring {
  readonly make: readonly string[];
  readonly raise: readonly string[];
  readonly tc: readonly string[];
}

/**
 * What is missing between a pod's links and a macvtap for its guest. A macvlan of the pod is no parent but a brother: the kernel
 * puts what is made "on" it on what it is on itself.
 *
 * @throws {Error} when the pod's interface is not there at all
 */
export function planMacvtapWiring(plan: MacvtapPlan, links: readonly Link[]): MacvtapWiring {
  const { podInterface, podMac, tapName, guestMac, mtu, server } = plan;
  const find = (name: string): Link | undefined => links.find((link) => link.name === name);
  const podLink = find(podInterface.name);
  mustExist(podLink, podInterface.name);
  // The guest's address is not the pod's any more, or both would answer for it.
  const moved = [...(server ? podInterface.addresses.filter(isIpv4) : []), linkLocalOf(guestMac)];
  const held = moved.filter((address) => podLink?.addresses.includes(address));
  return {
    make: [
      `link set ${podInterface.name} address ${podMac}`,
      ...held.map((address) => `address delete ${address} dev ${podInterface.name}`),
      // A link keeps the link-local address of its first MAC for as long as it is up.
      ...(held.includes(linkLocalOf(guestMac))
        ? [`address replace ${linkLocalOf(podMac)} dev ${podInterface.name} nodad`]
        : []),
      ...(find(tapName) ? [] : [`link add link ${podInterface.name} name ${tapName} type macvtap mode bridge`]),
      // It cannot know which multicast groups the guest is in, neighbour discovery's among them.
      `link set ${tapName} address ${guestMac} mtu ${mtu} allmulticast on`,
      ...(server && !find(server.name)
        ? [`link add link ${podInterface.name} name ${server.name} type macvlan mode bridge`]
        : []),
      ...(server
        ? [
            `link set ${server.name} address ${server.mac} mtu ${mtu}`,
            `address replace ${server.address} dev ${server.name}`,
          ]
        : []),
    ],
    raise: [
      `link set lo up`,
      `link set ${podInterface.name} up`,
      `link set ${tapName} up`,
      ...(server ? [`link set ${server.name} up`] : []),
    ],
    tc: server ? divertDhcp(tapName, server.name) : [],
  };
}

/** Lines that give the pod its interface back as CNI left it, however much of the macvtap there is. */
export function planMacvtapUnwiring(plan: MacvtapPlan, links: readonly Link[]): readonly string[] {
  const { podInterface, tapName, server } = plan;
  const has = (name: string): boolean => links.some((link) => link.name === name);
  return [
    ...(has(tapName) ? [`link delete ${tapName}`] : []),
    ...(server && has(server.name) ? [`link delete ${server.name}`] : []),
    ...(has(podInterface.name)
      ? [
          `link set ${podInterface.name} address ${podInterface.mac}`,
          ...podInterface.addresses.map((address) => `address replace ${address} dev ${podInterface.name}`),
          ...restoreRoutes(podInterface),
        ]
      : []),
  ];
}

/** What the guest says to DHCP servers goes to ours, and not to the wire, where another might answer. */
function divertDhcp(tapName: string, server: string): readonly string[] {
  const match = "match ip protocol 17 0xff match ip dport 67 0xffff";
  return [
    `qdisc replace dev ${tapName} clsact`,
    `filter replace dev ${tapName} egress protocol ip prio 1 handle 800::1 u32 ${match} action mirred ingress redirect dev ${server}`,
  ];
}

function isIpv4(address: string): boolean {
  return parseIpWithPrefix(address).ip.family === 4;
}
