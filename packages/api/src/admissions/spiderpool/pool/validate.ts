import { type Cidr, formatCidr, overlaps, parseCidr } from "../../../address/cidr.ts";
import type { AdmissionReview } from "../../../admission.ts";
import { deepEqual } from "../../../deep-equal.ts";
import { SpiderIPPool, type SpiderIPPoolSpec } from "../../../kinds/spiderpool/spider-ip-pool.ts";
import { forbidden, invalid, type Problem, required } from "../../../problem.ts";
import { familyProblems, findSetting } from "../settings.ts";
import { validateAffinities } from "./affinity.ts";
import { validateGateway } from "./gateway.ts";
import { validateHolders } from "./holders.ts";
import { findPoolRanges, validateOverlap, validateRanges } from "./ranges.ts";
import { validateRoutes } from "./routes.ts";

type Review = AdmissionReview<SpiderIPPool>;

/** Upstream's rules in upstream's words; what does not depend on what is wrong already is said at once. */
export function validatePool(review: Review): readonly Problem[] {
  const { object, oldObject, operation } = review;
  const { spec } = object;
  if (operation === "DELETE") return validateDeletion(review);
  if (oldObject && deepEqual(spec, oldObject.spec)) return [];
  if (!spec) return [required("spec")];
  if (object.metadata.deletionTimestamp !== undefined) return [forbidden("spec", "cannot update a terminating IPPool")];
  const changed = oldObject?.spec ? validateSameSubnet(spec, oldObject.spec) : [];
  if (changed.length > 0) return changed;
  if (spec.ipVersion === undefined) {
    return [invalid("spec.ipVersion", undefined, "is not generated correctly, 'spec.subnet' may be invalid")];
  }
  const subnet = findSubnet(spec);
  if (!subnet)
    return [invalid("spec.subnet", spec.subnet, `invalid CIDR format in IPv${spec.ipVersion} '${spec.subnet}'`)];
  const others = review.list(SpiderIPPool).filter(({ metadata }) => metadata.name !== object.metadata.name);
  const first = [...familyProblems(subnet.family, review), ...(oldObject ? [] : validateSubnet(spec, subnet, others))];
  if (first[0]) return [first[0]];
  const malformed = validateRanges(spec, subnet);
  const ranges = malformed.length === 0 ? findPoolRanges(spec) : undefined;
  return [
    ...malformed,
    ...(ranges ? validateOverlap(spec, ranges, subnet.family, others) : []),
    ...validateGateway(spec, subnet),
    ...validateRoutes(spec, subnet),
    ...validateAffinities(spec),
    ...(ranges ? validateHolders(review, ranges) : []),
  ];
}

/** The finalizer holds a pool in use; where the settings say so, it is not even asked to go. */
function validateDeletion(review: Review): readonly Problem[] {
  const count = review.object.status?.allocatedIPCount ?? 0;
  if (count === 0 || findSetting("enableValidatingResourcesDeletedWebhook", review) !== true) return [];
  return [forbidden("status.allocatedIPs", `cannot delete an IPPool with allocated IPs(${count})`)];
}

function validateSameSubnet(spec: SpiderIPPoolSpec, old: SpiderIPPoolSpec): readonly Problem[] {
  const field = (["ipVersion", "subnet"] as const).find((one) => spec[one] !== old[one]);
  return field ? [forbidden(`spec.${field}`, "is not changeable")] : [];
}

function findSubnet({ subnet, ipVersion }: SpiderIPPoolSpec): Cidr | undefined {
  try {
    const cidr = parseCidr(subnet);
    return cidr.family === ipVersion ? cidr : undefined;
  } catch {
    return undefined;
  }
}

/** Pools may share a subnet, and no more of it than the whole. */
function validateSubnet(spec: SpiderIPPoolSpec, subnet: Cidr, others: readonly SpiderIPPool[]): readonly Problem[] {
  return others.flatMap(({ metadata, spec: other }) => {
    const cidr = other && findSubnet(other);
    if (!cidr || formatCidr(cidr) === formatCidr(subnet) || !overlaps(cidr, subnet)) return [];
    const sentence = `overlap with IPPool ${metadata.name} which 'spec.subnet' is ${other.subnet}`;
    return [invalid("spec.subnet", spec.subnet, sentence)];
  });
}
