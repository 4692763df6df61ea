import type { Service } from "@peapod/api";

export type Spec = NonNullable<Service["spec"]>;
export type Port = NonNullable<Spec["ports"]>[number];

/** What a headless service has in place of an address. */
export const headless = "None";

/** A service's spec where it has the shape of one: strategies see objects before these are validated. */
export function specOf(object: { readonly [field: string]: unknown } | undefined): Spec | undefined {
  const spec = object?.["spec"];
  if (typeof spec !== "object" || spec === null || Array.isArray(spec)) return undefined;
  const { ports = [], clusterIP = "", clusterIPs = [], selector = {} } = spec as Readonly<Record<string, unknown>>; // a record, as was just seen
  const isShaped =
    Array.isArray(ports) &&
    ports.every((port) => typeof port === "object" && port !== null && isPortNumber(port)) &&
    typeof clusterIP === "string" &&
    Array.isArray(clusterIPs) &&
    clusterIPs.every((address) => typeof address === "string") &&
    typeof selector === "object";
  return isShaped ? (spec as Spec) : undefined; // its parts that are looked at are of their types
}

function isPortNumber({ port, nodePort }: { readonly port?: unknown; readonly nodePort?: unknown }): boolean {
  return Number.isInteger(port) && (nodePort === undefined || Number.isInteger(nodePort));
}

export function needsClusterIp({ type }: Spec): boolean {
  return type === "ClusterIP" || type === "NodePort" || type === "LoadBalancer";
}

/** Whether each of its ports gets one of the nodes'. */
export function needsNodePorts({ type, allocateLoadBalancerNodePorts }: Spec): boolean {
  return type === "NodePort" || (type === "LoadBalancer" && allocateLoadBalancerNodePorts !== false);
}

/** Whether load balancers have to ask each node if it has backends. */
export function needsHealthPort({ type, externalTrafficPolicy }: Spec): boolean {
  return type === "LoadBalancer" && externalTrafficPolicy === "Local";
}

export function isOutward({ type }: Spec): boolean {
  return type === "NodePort" || type === "LoadBalancer";
}

export function isHeadless({ clusterIP }: Spec): boolean {
  return clusterIP === headless;
}

export function hasSelector({ selector }: Spec): boolean {
  return Object.keys(selector ?? {}).length > 0;
}
