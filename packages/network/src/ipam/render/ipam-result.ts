import { containsIp, findIp, parseCidr } from "@peapod/api";
import type { Assignment, Route } from "../types.ts";

/** What one interface gets. */
export interface GivenAddresses {
  readonly assignments: readonly Assignment[];
  /** No default route through the pools' gateways. */
  readonly cleanGateway: boolean;
  /** Those that its pod asks for and that are this interface's. */
  readonly routes: readonly Route[];
}

/** An IPAM plugin's result: no interfaces; the default route through the pool's gateway, then the pool's own, then the pod's. */
export function renderIpamResult({ assignments, cleanGateway, routes }: GivenAddresses, cniVersion: string): unknown {
  const isOld = cniVersion.startsWith("0.");
  return {
    cniVersion,
    ips: assignments.map(({ address, gateway }) => ({
      ...(isOld && { version: familyOf(address) }),
      address,
      ...(gateway !== undefined && { gateway }),
    })),
    routes: [
      ...assignments.flatMap(({ address, gateway, routes: ofPool }) => [
        ...(gateway === undefined || cleanGateway
          ? []
          : [{ dst: familyOf(address) === "4" ? "0.0.0.0/0" : "::/0", gw: gateway }]),
        ...ofPool.map(({ destination, gateway: gw }) => ({ dst: destination, gw })),
      ]),
      ...routes.map(({ destination, gateway: gw }) => ({ dst: destination, gw })),
    ],
    dns: {},
  };
}

/**
 * The routes that are an interface's own: each belongs to the first of the pod's interfaces in whose subnet its gateway is.
 *
 * @param addresses  of all interfaces so far, in the pod's order: `10.7.120.100/16`
 */
export function routesOf(
  ifName: string,
  routes: readonly Route[],
  addresses: readonly { readonly interface: string; readonly address: string }[],
): readonly Route[] {
  return routes.filter(({ gateway }) => {
    const ip = findIp(gateway);
    return ip && addresses.find(({ address }) => containsIp(parseCidr(address), ip))?.interface === ifName;
  });
}

function familyOf(address: string): "4" | "6" {
  return address.includes(":") ? "6" : "4";
}
