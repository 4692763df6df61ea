import { type Cidr, parseCidr } from "../../../address/cidr.ts";
import type { SpiderIPPoolSpec } from "../../../kinds/spiderpool/spider-ip-pool.ts";
import { invalid, type Problem } from "../../../problem.ts";
import { validateRouter } from "./gateway.ts";

export function validateRoutes(spec: SpiderIPPoolSpec, subnet: Cidr): readonly Problem[] {
  const { routes = [] } = spec;
  return routes.flatMap(({ dst, gw }, index) => {
    const path = `spec.routes[${index}]`;
    const isRepeated = routes.findIndex((route) => route.dst === dst) < index;
    const wrong = isRepeated ? "duplicate route with the same dst" : describeDestination(dst, subnet);
    return [
      ...(wrong === undefined ? [] : [invalid(`${path}.dst`, dst, wrong)]),
      ...validateRouter(`${path}.gw`, gw, spec, subnet),
    ];
  });
}

function describeDestination(dst: string, { family }: Cidr): string | undefined {
  try {
    const cidr = parseCidr(dst);
    if (cidr.family !== family) return `invalid CIDR format in IPv${family} '${dst}'`;
    return cidr.prefixLength === 0 ? "please specify 'spec.gateway' to configure the default route" : undefined;
  } catch {
    return `invalid CIDR format in IPv${family} '${dst}'`;
  }
}
