import { formatCidr, parseCidr } from "../../../address/cidr.ts";
import { mergeRangeTexts } from "../../../address/range-text.ts";
import type { AdmissionReview } from "../../../admission.ts";
import { spiderpoolFinalizer } from "../../../kinds/spiderpool/group.ts";
import type { SpiderIPPool } from "../../../kinds/spiderpool/spider-ip-pool.ts";

type Review = AdmissionReview<SpiderIPPool>;

/** Tells pools of one subnet by a selector. */
export const cidrLabel = "ipam.spidernet.io/ippool-cidr";

/**
 * What upstream fills in, in its order: the finalizer, the version, the subnet's label, ranges in their shortest form. Before that the
 * subnet gets its canonical form, where upstream would refuse it.
 */
export function mutatePool({ object }: Review): SpiderIPPool {
  const { metadata, spec } = object;
  if (!spec) return object;
  const { vlan: _, ...kept } = spec;
  const cidr = findCidr(spec.subnet);
  return {
    ...object,
    metadata: {
      ...metadata,
      finalizers: [...new Set([...(metadata.finalizers ?? []), spiderpoolFinalizer])],
      ...(cidr && { labels: { ...metadata.labels, [cidrLabel]: formatCidr(cidr).replace(/[.:/]/g, "-") } }),
    },
    spec: {
      ...kept,
      ...(cidr && { subnet: formatCidr(cidr), ipVersion: spec.ipVersion ?? cidr.family }),
      ...shortened("ips", spec.ips),
      ...shortened("excludeIPs", spec.excludeIPs),
    },
  };
}

/** What is kept otherwise than it was written. */
export function announceChanges({ object: { spec } }: Review): readonly string[] {
  if (!spec) return [];
  const cidr = findCidr(spec.subnet);
  const canonical = cidr ? formatCidr(cidr) : spec.subnet;
  const isOther = canonical !== spec.subnet;
  return [
    ...(isOther ? [`spec.subnet: "${spec.subnet}" is kept as "${canonical}", the network's own address`] : []),
    ...(spec.vlan ? [`spec.vlan: ${spec.vlan} is ignored: networks have VLANs, pools have none`] : []),
  ];
}

function findCidr(text: string) {
  try {
    return parseCidr(text);
  } catch {
    return undefined;
  }
}

/** One range is left as its author wrote it. */
function shortened(field: "ips" | "excludeIPs", texts: readonly string[] = []) {
  const merged = texts.length > 1 ? mergeRangeTexts(texts) : undefined;
  return merged && { [field]: merged };
}
