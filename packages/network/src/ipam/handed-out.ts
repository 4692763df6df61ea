import { containsIp, findIp, type Ip } from "@peapod/api";
import type { IpPool } from "./pool.ts";
import type { Allocation, HandedOut, Route } from "./types.ts";

/**
 * What an interface is told with an address: its pool's gateway and routes, and those of the pod's routes that are this interface's.
 *
 * @param all  what the pod's interfaces hold so far, in the pod's order, each with its pool
 */
export function handedOutWith(
  allocation: Allocation,
  pool: IpPool,
  asked: { readonly cleanGateway: boolean; readonly routes: readonly Route[] },
  all: readonly HeldAddress[],
): HandedOut {
  const { family, owner } = allocation;
  const own = asked.routes.filter((route) => {
    const router = findIp(route.gateway);
    return router?.family === family && interfaceOf(router, all) === owner.interface;
  });
  const ofPool = pool.handedOut;
  if (own.length === 0 && !asked.cleanGateway) return ofPool;
  return { ...ofPool, cleanGateway: asked.cleanGateway, routes: [...ofPool.routes, ...own] };
}

export interface HeldAddress {
  readonly interface: string;
  readonly pool: IpPool;
}

/** The first interface in whose subnet a router is. */
function interfaceOf(router: Ip, all: readonly HeldAddress[]): string | undefined {
  return all.find(({ pool }) => containsIp(pool.subnet, router))?.interface;
}

export function isSameHandedOut(a: HandedOut | undefined, b: HandedOut | undefined): boolean {
  if (a === b) return true;
  if (!a || !b || a.gateway !== b.gateway || a.cleanGateway !== b.cleanGateway) return false;
  return (
    a.routes.length === b.routes.length &&
    a.routes.every((route, index) => {
      const other = b.routes[index];
      return other?.destination === route.destination && other.gateway === route.gateway;
    })
  );
}
