import { parseIpWithPrefix } from "../../../address/cidr.ts";
import { findIp, type IpFamily } from "../../../address/ip.ts";
import { type CoordinatorSpec, podCIDRTypes } from "../../../kinds/spiderpool/coordinator-spec.ts";
import type { SpiderRoute } from "../../../kinds/spiderpool/route.ts";
import { invalid, notSupported, type Problem } from "../../../problem.ts";

/** The coordinator's settings, of everybody or of one network: upstream's rules, and its names of the fields. */
export function validateCoordinatorSpec(spec: CoordinatorSpec): readonly Problem[] {
  const { hijackCIDR = [], policyRoutes = [], podMACPrefix, podRPFilter, vethLinkAddress } = spec;
  return [
    ...hijackCIDR.flatMap((text, index) => {
      if (familyOf(text) !== undefined) return [];
      const sentence = text.includes("/")
        ? `netip.ParsePrefix(${JSON.stringify(text)}): no IP address, or no prefix length of its family`
        : `ParseAddr(${JSON.stringify(text)}): unable to parse IP`;
      return [invalid(`spec.extraCIDR[${index}]`, text, sentence)];
    }),
    ...policyRoutes.flatMap((route, index) => validateRoute(route, `spec.policyRoutes[${index}]`)),
    ...(podMACPrefix ? validateMacPrefix(podMACPrefix) : []),
    ...((spec.txQueueLen ?? 0) < 0
      ? [invalid("spec.txQueueLen", spec.txQueueLen, "txQueueLen can't be less than 0")]
      : []),
    ...(podRPFilter !== undefined && podRPFilter > 2
      ? [notSupported("spec.podRPFilter", podRPFilter, ["0", "1", "2"])]
      : []),
    ...(vethLinkAddress && !findIp(vethLinkAddress)
      ? [invalid("spec.vethLinkAddress", vethLinkAddress, "vethLinkAddress is an invalid IP address")]
      : []),
    ...((spec.vethMTU ?? 1) <= 0 ? [invalid("spec.vethMTU", spec.vethMTU, "vethMTU must be greater than 0")] : []),
  ];
}

export function podCIDRTypeProblem(value: string): Problem {
  return notSupported("spec.podCIDRType", value, podCIDRTypes);
}

function validateRoute({ dst, gw }: SpiderRoute, path: string): readonly Problem[] {
  const family = familyOf(dst);
  const router = findIp(gw);
  const problems: Problem[] = [];
  if (family === undefined) problems.push(invalid(`${path}.dst`, dst, "dst is an invalid IP address or CIDR"));
  if (!router) problems.push(invalid(`${path}.gw`, gw, "gw is an invalid IP address"));
  if (family === undefined || !router || router.family === family) return problems;
  return [invalid(path, { dst, gw }, "dst and gw must use the same IP family")];
}

/** Of `10.0.0.0/8` or `10.0.0.1`. */
function familyOf(text: string): IpFamily | undefined {
  try {
    return text.includes("/") ? parseIpWithPrefix(text).ip.family : findIp(text)?.family;
  } catch {
    return undefined;
  }
}

function validateMacPrefix(prefix: string): readonly Problem[] {
  const path = "spec.podMACPrefix";
  if (!/^[0-9a-f]{2}:[0-9a-f]{2}$/i.test(prefix)) return [invalid(path, prefix, "not a valid MAC prefix")];
  const isGroup = (Number.parseInt(prefix.slice(0, 2), 16) & 1) === 1;
  const sentence = "not a unicast MAC: the lowest bit of the first byte must be 0";
  return isGroup ? [invalid(path, prefix, sentence)] : [];
}
