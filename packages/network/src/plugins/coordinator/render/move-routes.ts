import type { PodRoute } from "../facts.ts";

/**
 * Copies an interface's routes into a table of its own.
 *
 * @param leavesMain  by family: its default route goes from the main table, for another one stands there
 */
export function moveRoutes(
  routes: readonly PodRoute[],
  nic: string,
  table: number,
  leavesMain: (family: 4 | 6) => boolean,
): readonly string[] {
  const own = routes.filter((route) => route.device === nic && route.table === "main" && !isLocal(route));
  // A gateway has to be reachable before a route may go through it.
  const ordered = own.toSorted((a, b) => Number(a.gateway !== undefined) - Number(b.gateway !== undefined));
  return [
    ...ordered.map((route) => `route replace ${renderRoute(route)} table ${table}`),
    ...own
      .filter(({ dst, family }) => dst === "default" && leavesMain(family))
      .map((route) => `route delete ${renderRoute(route)} table main`),
  ];
}

function renderRoute({ family, dst, gateway, device, scope, source, metric }: PodRoute): string {
  const target = dst === "default" ? (family === 4 ? "0.0.0.0/0" : "::/0") : dst;
  return [
    target,
    ...(gateway === undefined ? [] : [`via ${gateway}`]),
    `dev ${device}`,
    ...(family === 4 && scope !== undefined ? [`scope ${scope}`] : []),
    ...(family === 4 && source !== undefined ? [`src ${source}`] : []),
    ...(metric === undefined ? [] : [`metric ${metric}`]),
  ].join(" ");
}

function isLocal({ dst }: PodRoute): boolean {
  return dst.startsWith("fe80:") || dst.startsWith("ff00:");
}
