import { parseCidr } from "../address/cidr.ts";
import { findIp } from "../address/ip.ts";
import type { SpiderRoute } from "../kinds/spiderpool/route.ts";
import { type Annotations, wrongFormat } from "./annotation-error.ts";
import { parseObjects, textOf } from "./json.ts";

export const routesAnnotation = "ipam.spidernet.io/routes";
/** The interface that the pod's default route is of: `net1`. */
export const defaultRouteNicAnnotation = "ipam.spidernet.io/default-route-nic";

/**
 * Further routes that a pod asks for; each belongs to the first interface whose subnet has the router.
 *
 * @throws {AnnotationError}
 */
export function parseRoutes(annotations: Annotations): readonly SpiderRoute[] {
  const text = annotations[routesAnnotation];
  if (text === undefined) return [];
  return parseObjects(routesAnnotation, text).map((item) => {
    const dst = textOf(routesAnnotation, item, "dst") ?? "";
    const gw = textOf(routesAnnotation, item, "gw") ?? "";
    const family = familyOf(dst);
    if (family === undefined) throw wrongFormat(routesAnnotation, `"${dst}" is no destination such as 10.0.0.0/16`);
    const router = findIp(gw);
    if (!router) throw wrongFormat(routesAnnotation, `"${gw}" is no address of a router`);
    if (router.family !== family) {
      throw wrongFormat(routesAnnotation, `${dst} and ${gw} are of different IP families`);
    }
    return { dst, gw };
  });
}

function familyOf(cidr: string): 4 | 6 | undefined {
  try {
    return parseCidr(cidr).family;
  } catch {
    return undefined;
  }
}
