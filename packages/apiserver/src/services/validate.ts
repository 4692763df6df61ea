import { dns1123Subdomain, forbidden, invalid, isIpv4, isIpv6, type Problem, required } from "@peapod/api";
import { hasSelector, headless, isHeadless, isOutward, needsClusterIp, needsHealthPort, type Spec } from "./spec.ts";
import { validatePorts } from "./validate-ports.ts";

/** Everything wrong with a service, in Kubernetes' sentences. */
export function validateService(spec: Spec, old: Spec | undefined): readonly Problem[] {
  return [
    ...(old ? [...validateChange(spec, old), ...validateHealthPort(spec, old)] : []),
    ...validatePorts(spec),
    ...validateType(spec),
    ...validateAddresses(spec),
    ...validateFamilies(spec),
    ...validateAffinity(spec),
    ...validateOutside(spec),
  ];
}

const notAnIp = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

function validateChange(spec: Spec, old: Spec): readonly Problem[] {
  const [now, before] = [spec.clusterIPs ?? [], old.clusterIPs ?? []];
  if (!needsClusterIp(spec) || !needsClusterIp(old) || (isHeadless(spec) && isHeadless(old))) return [];
  if (before.length > 0 && now.length === 0) {
    return [invalid("spec.clusterIPs[0]", now, "primary clusterIP can not be unset")];
  }
  return before.flatMap((address, index) =>
    index >= now.length || address === now[index]
      ? []
      : [invalid(`spec.clusterIPs[${index}]`, now, "may not change once set")],
  );
}

function validateHealthPort(spec: Spec, old: Spec): readonly Problem[] {
  const { healthCheckNodePort: port } = spec;
  const isSame = port === old.healthCheckNodePort;
  if (isSame || !needsHealthPort(spec) || !needsHealthPort(old) || !old.healthCheckNodePort) return [];
  return [invalid("spec.healthCheckNodePort", port, "field is immutable")];
}

function validateType(spec: Spec): readonly Problem[] {
  if (isOutward(spec) && isHeadless(spec)) {
    return [invalid("spec.clusterIPs[0]", spec.clusterIPs, `may not be set to 'None' for ${spec.type} services`)];
  }
  if (spec.type !== "ExternalName") return [];
  const foreign = (["clusterIPs", "ipFamilies", "ipFamilyPolicy"] as const).filter((field) => spec[field]?.length);
  const problems = foreign.map((field) => forbidden(`spec.${field}`, "may not be set for ExternalName services"));
  const name = (spec.externalName ?? "").replace(/\.$/, "");
  if (name === "") return [...problems, required("spec.externalName")];
  return [...problems, ...dns1123Subdomain(name).map((why) => invalid("spec.externalName", name, why))];
}

function validateAddresses(spec: Spec): readonly Problem[] {
  const { clusterIP = "", clusterIPs = [] } = spec;
  if (clusterIPs.length === 0) return [];
  if (clusterIP === "")
    return [invalid("spec.clusterIPs", clusterIPs, "must be empty when `clusterIP` is not specified")];
  const problems: Problem[] = [];
  if (clusterIPs[0] !== clusterIP) {
    problems.push(invalid("spec.clusterIPs", clusterIPs, "first value must match `clusterIP`"));
  }
  if (isHeadless(spec)) {
    if (clusterIPs.length > 1) {
      problems.push(
        invalid("spec.clusterIPs[1]", clusterIPs, "may not hold more than one value when the first is 'None'"),
      );
    }
    return problems;
  }
  for (const [index, address] of clusterIPs.entries()) {
    const path = `spec.clusterIPs[${index}]`;
    if (address === headless) problems.push(invalid(path, address, notAnIp));
    else if (isIpv6(address)) problems.push(invalid(path, address, "IPv6 is not configured on this cluster"));
    else if (!isIpv4(address)) problems.push(invalid(path, address, notAnIp));
  }
  if (clusterIPs.length > 1) {
    problems.push(
      invalid("spec.clusterIPs", clusterIPs, "may only hold one value: this cluster has one address family"),
    );
  }
  return problems;
}

function validateFamilies(spec: Spec): readonly Problem[] {
  if (!needsClusterIp(spec) || (isHeadless(spec) && !hasSelector(spec))) return [];
  const policy =
    spec.ipFamilyPolicy === "RequireDualStack"
      ? [invalid("spec.ipFamilyPolicy", spec.ipFamilyPolicy, "this cluster is not configured for dual-stack services")]
      : [];
  const families = (spec.ipFamilies ?? []).flatMap((family, index) =>
    family === "IPv6" ? [invalid(`spec.ipFamilies[${index}]`, family, "not configured on this cluster")] : [],
  );
  return [...policy, ...families];
}

const maxAffinitySeconds = 86_400;

function validateAffinity({ sessionAffinity, sessionAffinityConfig }: Spec): readonly Problem[] {
  if (sessionAffinity !== "ClientIP") {
    const why = "must not be set when session affinity is None";
    return sessionAffinityConfig ? [forbidden("spec.sessionAffinityConfig", why)] : [];
  }
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  const path = "spec.sessionAffinityConfig.clientIP.timeoutSeconds";
  if (seconds === undefined) return [required(path)];
  const isRight = seconds > 0 && seconds <= maxAffinitySeconds;
  return isRight ? [] : [invalid(path, seconds, `must be greater than 0 and less than ${maxAffinitySeconds}`)];
}

/** What is for clients outside of the cluster. */
function validateOutside(spec: Spec): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [index, address] of (spec.externalIPs ?? []).entries()) {
    const path = `spec.externalIPs[${index}]`;
    if (!isIpv4(address) && !isIpv6(address)) problems.push(invalid(path, address, notAnIp));
    else if (/^127\.|^::1$/.test(address)) {
      problems.push(invalid(path, address, "may not be in the loopback range (127.0.0.0/8, ::1/128)"));
    }
  }
  const { externalTrafficPolicy, loadBalancerSourceRanges = [], healthCheckNodePort } = spec;
  if (externalTrafficPolicy && !isOutward(spec) && !spec.externalIPs?.length) {
    const why = "may only be set for externally-accessible services";
    problems.push(invalid("spec.externalTrafficPolicy", externalTrafficPolicy, why));
  }
  if (loadBalancerSourceRanges.length > 0 && spec.type !== "LoadBalancer") {
    problems.push(forbidden("spec.LoadBalancerSourceRanges", "may only be used when `type` is 'LoadBalancer'"));
  }
  if (healthCheckNodePort && !needsHealthPort(spec)) {
    const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    problems.push(invalid("spec.healthCheckNodePort", healthCheckNodePort, why));
  }
  return problems;
}
