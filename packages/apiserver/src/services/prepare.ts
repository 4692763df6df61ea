import { deepEqual } from "@peapod/api";
import {
  hasSelector,
  isHeadless,
  isOutward,
  needsClusterIp,
  needsHealthPort,
  needsNodePorts,
  type Spec,
} from "./spec.ts";

/** A new service's spec with everything that follows from the rest of it, but for what has to be allocated. */
export function prepareSpec(spec: Spec): Spec {
  return withFamilies(withAddresses(spec));
}

/**
 * The next spec of a service. A client that leaves out what was allocated for the old one keeps it, and a change of type takes along
 * only what the new type may have.
 */
export function prepareNextSpec(spec: Spec, old: Spec): Spec {
  return prepareSpec(withoutLeftovers(withKept(followClusterIp(spec, old), old), old));
}

/** `clusterIP` is the first of `clusterIPs`; who writes only one of them means both. */
function withAddresses(spec: Spec): Spec {
  const { clusterIP = "", clusterIPs = [] } = spec;
  return clusterIP !== "" && clusterIPs.length === 0 ? { ...spec, clusterIPs: [clusterIP] } : spec;
}

function followClusterIp(spec: Spec, old: Spec): Spec {
  const isSame = deepEqual(spec.clusterIPs ?? [], old.clusterIPs ?? []);
  if (!isSame || spec.clusterIP === old.clusterIP) return spec;
  const { clusterIPs: _, ...rest } = spec;
  return spec.clusterIP ? { ...rest, clusterIPs: [spec.clusterIP] } : rest;
}

function withKept(spec: Spec, old: Spec): Spec {
  let next = spec;
  if (needsClusterIp(old) && needsClusterIp(spec) && !spec.clusterIP && old.clusterIP) {
    next = {
      ...next,
      clusterIP: old.clusterIP,
      clusterIPs: spec.clusterIPs?.length ? spec.clusterIPs : old.clusterIPs,
    };
  }
  if (needsHealthPort(old) && needsHealthPort(spec) && !spec.healthCheckNodePort && old.healthCheckNodePort) {
    next = { ...next, healthCheckNodePort: old.healthCheckNodePort };
  }
  if (!needsNodePorts(old) || !needsNodePorts(spec)) return next;
  const used = new Set((spec.ports ?? []).map(({ nodePort }) => nodePort));
  const byName = new Map((old.ports ?? []).map(({ name, nodePort }) => [name, nodePort]));
  const ports = (spec.ports ?? []).map((port) => {
    const kept = byName.get(port.name);
    return port.nodePort || !kept || used.has(kept) ? port : { ...port, nodePort: kept };
  });
  return { ...next, ports };
}

/** What was right for the old type and was left as it was goes with it; what somebody changed is theirs to defend. */
function withoutLeftovers(spec: Spec, old: Spec): Spec {
  const next: { -readonly [K in keyof Spec]: Spec[K] } = { ...spec };
  const drop = (...names: readonly (keyof Spec)[]) => {
    for (const name of names) if (deepEqual(next[name], old[name])) delete next[name];
  };
  if (needsClusterIp(old) && !needsClusterIp(spec)) {
    drop("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy");
  }
  if (isOutward(old) && !isOutward(spec)) {
    drop("externalTrafficPolicy");
    const isSame = deepEqual(nodePortsOf(spec), nodePortsOf(old));
    if (isSame && next.ports) next.ports = next.ports.map(({ nodePort: _, ...port }) => port);
  }
  if (needsHealthPort(old) && !needsHealthPort(spec)) drop("healthCheckNodePort");
  if (old.type === "LoadBalancer" && spec.type !== "LoadBalancer") {
    drop("allocateLoadBalancerNodePorts", "loadBalancerClass");
  }
  return next;
}

function nodePortsOf({ ports = [] }: Spec): readonly number[] {
  return ports.map(({ nodePort = 0 }) => nodePort);
}

/** This cluster has IPv4 addresses for services; those that have none of their own may speak of both families. */
function withFamilies(spec: Spec): Spec {
  if (!needsClusterIp(spec)) return spec;
  const isFree = isHeadless(spec) && !hasSelector(spec);
  const first = spec.clusterIP?.includes(":") ? "IPv6" : "IPv4";
  const families = spec.ipFamilies?.length ? spec.ipFamilies : ([first] as const);
  const wantsBoth = isFree || families.length > 1 || (spec.clusterIPs?.length ?? 0) > 1;
  const policy = spec.ipFamilyPolicy ?? (wantsBoth ? "RequireDualStack" : "SingleStack");
  const isShort = isFree && policy !== "SingleStack" && families.length === 1;
  const other = families[0] === "IPv6" ? "IPv4" : "IPv6";
  return { ...spec, ipFamilies: isShort ? [...families, other] : families, ipFamilyPolicy: policy };
}
