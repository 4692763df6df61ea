import { type Cidr, containsIp } from "../../../address/cidr.ts";
import { findIp, type IpFamily } from "../../../address/ip.ts";
import { type IpRange, intersectRanges, subtractRanges } from "../../../address/range.ts";
import { findRange, formatRange } from "../../../address/range-text.ts";
import type { SpiderIPPool, SpiderIPPoolSpec } from "../../../kinds/spiderpool/spider-ip-pool.ts";
import { forbidden, invalid, type Problem } from "../../../problem.ts";

/** Said wherever it matters that exclusions count too. */
export const jointly = "total IP addresses of an IPPool are jointly determined by 'spec.ips' and 'spec.excludeIPs'";

/** The addresses a pool hands out; undefined when they cannot be read. */
export function findPoolRanges({ ips = [], excludeIPs = [] }: SpiderIPPoolSpec): readonly IpRange[] | undefined {
  const ranges = ips.map(findRange);
  const holes = excludeIPs.map(findRange);
  if ([...ranges, ...holes].includes(undefined)) return undefined;
  return subtractRanges(ranges as readonly IpRange[], holes as readonly IpRange[]); // none of them is undefined
}

/** Upstream reports these on the subnet. */
export function validateRanges(
  { subnet, ips = [], excludeIPs = [] }: SpiderIPPoolSpec,
  cidr: Cidr,
): readonly Problem[] {
  return [...ips, ...excludeIPs].flatMap((text) => {
    const wrong = describeRange(text, cidr);
    return wrong === undefined ? [] : [invalid("spec.subnet", subnet, wrong)];
  });
}

function describeRange(text: string, cidr: Cidr): string | undefined {
  const ends = text.split("-");
  if (ends.length > 2 || text.includes("/")) return `invalid range: ${text}`;
  for (const end of ends) {
    const ip = findIp(end);
    if (!ip) return `invalid IP address: ${end}`;
    if (!containsIp(cidr, ip)) return `not match base subnet: ${end}`;
  }
  return findRange(text) ? undefined : `invalid range: ${text}`;
}

/** No address is in two pools. */
export function validateOverlap(
  { subnet }: SpiderIPPoolSpec,
  ranges: readonly IpRange[],
  family: IpFamily,
  others: readonly SpiderIPPool[],
): readonly Problem[] {
  return others.flatMap(({ metadata, spec }) => {
    const theirs = spec?.subnet === subnet ? findPoolRanges(spec) : undefined;
    const shared = theirs ? intersectRanges(ranges, theirs) : [];
    if (shared.length === 0) return [];
    const list = shared.map((range) => formatRange({ family, ...range })).join(" ");
    return [forbidden("spec.ips", `overlap with IPPool ${metadata.name} in IP ranges [${list}], ${jointly}`)];
  });
}
