import type { PodInterface } from "../../binding/types.ts";
import type { PodNetworkRequest } from "../types.ts";

/**
 * Lines of `ip -batch` that leave the pod the default routes of the network that asks for them; none, when it has them.
 *
 * @param interfaces  all of the pod's or some: the lines are about these alone
 */
export function renderDefaultRoute(
  requests: readonly PodNetworkRequest[],
  interfaces: readonly PodInterface[],
): readonly string[] {
  const chosen = requests.find(({ defaultRoute = [] }) => defaultRoute.length > 0);
  if (!chosen) return [];
  const { ifName, defaultRoute: gateways = [] } = chosen;
  const families = new Set(gateways.map(everything));
  const there = interfaces.flatMap(({ name, routes }) => routes.map((route) => ({ name, ...route })));
  const isWanted = (route: (typeof there)[number]): boolean =>
    route.name === ifName && route.gateway !== undefined && gateways.includes(route.gateway);
  return [
    ...there
      .filter((route) => families.has(route.destination) && !isWanted(route))
      .map(({ name, destination, gateway }) => {
        const via = gateway === undefined ? "" : ` via ${gateway}`;
        return `route delete ${destination}${via} dev ${name} table main`;
      }),
    ...(interfaces.some(({ name }) => name === ifName) ? gateways : [])
      .filter((gateway) => !there.some((route) => isWanted(route) && route.gateway === gateway))
      .map((gateway) => `route append ${everything(gateway)} via ${gateway} dev ${ifName}`),
  ];
}

function everything(address: string): string {
  return address.includes(":") ? "::/0" : "0.0.0.0/0";
}
