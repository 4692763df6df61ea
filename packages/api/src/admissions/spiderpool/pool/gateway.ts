import { type Cidr, containsIp } from "../../../address/cidr.ts";
import { findIp } from "../../../address/ip.ts";
import { findRange } from "../../../address/range-text.ts";
import type { SpiderIPPoolSpec } from "../../../kinds/spiderpool/spider-ip-pool.ts";
import { invalid, type Problem } from "../../../problem.ts";

/** An address of the subnet: the gateway's, or a route's. */
export function validateRouter(
  path: string,
  text: string,
  { subnet }: SpiderIPPoolSpec,
  cidr: Cidr,
): readonly Problem[] {
  const ip = findIp(text);
  if (ip?.family !== cidr.family) return [invalid(path, text, `invalid IP format in IPv${cidr.family} '${text}'`)];
  if (containsIp(cidr, ip)) return [];
  return [invalid(path, text, `not pertains to the 'spec.subnet' ${subnet} of IPPool`)];
}

/** The gateway is in the subnet, and is nobody else's address. */
export function validateGateway(spec: SpiderIPPoolSpec, cidr: Cidr): readonly Problem[] {
  const { gateway, ips = [], excludeIPs = [] } = spec;
  if (gateway === undefined) return [];
  const wrong = validateRouter("spec.gateway", gateway, spec, cidr);
  const ip = findIp(gateway);
  if (wrong.length > 0 || !ip) return wrong;
  const hasGateway = (text: string) => {
    const range = findRange(text);
    return range?.family === ip.family && ip.value >= range.first && ip.value <= range.last;
  };
  if (excludeIPs.some(hasGateway)) return [];
  const index = ips.findIndex(hasGateway);
  if (index < 0) return [];
  const sentence = `conflicts with 'spec.gateway' ${gateway}, add the gateway IP address to 'spec.excludeIPs' or remove it from 'spec.ips'`;
  return [invalid(`spec.ips[${index}]`, ips[index], sentence)];
}
