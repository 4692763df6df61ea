import { cidrOf, containsIp, parseIp, parseIpWithPrefix } from "@peapod/api";
import type { Link } from "../../link/types.ts";
import { renewedTapName } from "../../render/binding/names.ts";
import type { BridgedPlan, PodInterface } from "../types.ts";

/** Lines for `ip -batch`: what is done before the settings and rules are in force, and what afterwards. */
export interface WiringPlan {
  readonly make: readonly string[];
  readonly raise: readonly string[];
}

/**
 * What is missing between the links of a pod's namespace and a binding. We may have died after any line of an earlier attempt, so
 * links are made only where they are not there, and everything that may be said twice is said again.
 *
 * @throws {Error} when the pod's interface is not there at all: its sandbox is broken
 */
export function planWiring(plan: BridgedPlan, links: readonly Link[]): WiringPlan {
  const find = (name: string): Link | undefined => links.find((link) => link.name === name);
  const { bridge, tapName, mtu, nic, standIn, podInterface } = plan;
  const tap = find(tapName);
  const isOtherTap = tap !== undefined && tap.ownerUid !== plan.uid;
  const renewed = renewedTapName(tapName);
  // The guest's user may open it; frames carry the header that spares checksums.
  const newTap = find(renewed)
    ? `link set ${renewed} name ${tapName}`
    : `tuntap add dev ${tapName} mode tap user ${plan.uid} vnet_hdr`;
  const makeTap = [...(isOtherTap ? [`link delete ${tapName}`] : []), ...(tap && !isOtherTap ? [] : [newTap])];
  const makeBridge = find(bridge.name)
    ? [`link set ${bridge.name} address ${bridge.mac} mtu ${mtu}`]
    : [`link add ${bridge.name} address ${bridge.mac} mtu ${mtu} type bridge stp_state 0 forward_delay 0`];
  const common = [
    ...makeTap,
    ...makeBridge,
    `link set ${tapName} mtu ${mtu} master ${bridge.name}`,
    `address replace ${bridge.address} dev ${bridge.name}`,
    ...(bridge.ipv6Address === undefined ? [] : [`address replace ${bridge.ipv6Address} dev ${bridge.name} nodad`]),
  ];
  const raise = [`link set lo up`, `link set ${tapName} up`];
  const routes = plan.bridgeRoutes.map((route) => renderRoute(route, bridge.name));
  if (!nic || !standIn) {
    mustExist(find(podInterface.name), podInterface.name);
    return { make: common, raise: [...raise, `link set ${bridge.name} up`] };
  }
  const isMoved = find(nic.name) !== undefined;
  if (!isMoved) mustExist(find(podInterface.name), podInterface.name);
  const isStandIn = isMoved && find(podInterface.name) !== undefined;
  const move = isMoved
    ? []
    : [
        `link set ${podInterface.name} down`,
        `address flush dev ${podInterface.name}`,
        `link set ${podInterface.name} name ${nic.name} address ${nic.mac}`,
      ];
  const type = standIn.kind === "dummy" ? "type dummy" : `type veth peer name ${standIn.peerName}`;
  return {
    make: [
      ...move,
      ...common,
      `link set ${nic.name} address ${nic.mac} master ${bridge.name}`,
      // What comes back from a hairpin port must not move the guest's MAC to this side.
      `link set ${nic.name} type bridge_slave learning off`,
      ...(isStandIn ? [] : [`link add ${podInterface.name} address ${podInterface.mac} mtu ${mtu} ${type}`]),
      ...podInterface.addresses.map((address) => `address replace ${address} dev ${podInterface.name}`),
    ],
    raise: [...raise, `link set ${nic.name} up`, `link set ${bridge.name} up`, ...routes],
  };
}

/** Lines that undo a binding, however much of it there is, and give the pod its interface back as CNI left it. */
export function planUnwiring(plan: BridgedPlan, links: readonly Link[]): readonly string[] {
  const has = (name: string): boolean => links.some((link) => link.name === name);
  const { bridge, tapName, nic, podInterface } = plan;
  const isMoved = nic !== undefined && has(nic.name);
  return [
    ...(has(tapName) ? [`link delete ${tapName}`] : []),
    ...(has(bridge.name) ? [`link delete ${bridge.name}`] : []),
    ...(isMoved && has(podInterface.name) ? [`link delete ${podInterface.name}`] : []),
    ...(isMoved
      ? [
          `link set ${nic.name} down`,
          `link set ${nic.name} name ${podInterface.name} address ${podInterface.mac}`,
          ...podInterface.addresses.map((address) => `address replace ${address} dev ${podInterface.name}`),
          `link set ${podInterface.name} up`,
          ...restoreRoutes(podInterface),
        ]
      : []),
  ];
}

/** The routes that CNI made, which went when the interface went down or lost its addresses. */
export function restoreRoutes(podInterface: PodInterface): readonly string[] {
  return podInterface.routes.map(
    (route) => `${renderRoute(route, podInterface.name)}${onLink(route.gateway, podInterface)}`,
  );
}

function renderRoute({ destination, gateway }: PodInterface["routes"][number], link: string): string {
  return `route replace ${destination}${gateway === undefined ? "" : ` via ${gateway}`} dev ${link}`;
}

/** A gateway outside of all subnets has to be believed. */
function onLink(gateway: string | undefined, { addresses }: PodInterface): string {
  if (gateway === undefined) return "";
  const subnets = addresses.map(parseIpWithPrefix).map(({ ip, prefixLength }) => cidrOf(ip, prefixLength));
  return subnets.some((subnet) => containsIp(subnet, parseIp(gateway))) ? "" : " onlink";
}

export function mustExist(link: Link | undefined, name: string): void {
  if (!link) throw new Error(`Cannot wire interface "${name}": the pod's network namespace does not have it`);
}
