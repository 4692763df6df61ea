import { findIp } from "../../../address/ip.ts";
import type { CoordinatorSpec } from "../../../kinds/spiderpool/coordinator-spec.ts";

/** What upstream fills in; destinations that are one address become subnets of one address. */
export function withCoordinatorDefaults(spec: CoordinatorSpec): CoordinatorSpec {
  return {
    mode: "auto",
    tunePodRoutes: true,
    hostRuleTable: 500,
    podRPFilter: 0,
    txQueueLen: 0,
    vethLinkAddress: "",
    vethMTU: 1500,
    ...spec,
    ...(spec.hijackCIDR && { hijackCIDR: spec.hijackCIDR.map(withPrefix) }),
    ...(spec.policyRoutes && { policyRoutes: spec.policyRoutes.map(({ dst, gw }) => ({ dst: withPrefix(dst), gw })) }),
  };
}

function withPrefix(text: string): string {
  const ip = findIp(text);
  return ip ? `${text}/${ip.family === 4 ? 32 : 128}` : text;
}
