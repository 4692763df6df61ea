import { changeAll, fill, type Json } from "./fill.ts";

export function defaultService(service: Json): Json {
  const filled = fill(service, {
    "spec.type": "ClusterIP",
    "spec.sessionAffinity": "None",
    "spec.ports[].protocol": "TCP",
  });
  return changeAll(changeAll(filled, ["spec"], byType), ["spec", "ports[]"], withTargetPort);
}

export function defaultEndpointSlice(slice: Json): Json {
  return fill(slice, { "ports[].name": "", "ports[].protocol": "TCP" });
}

function byType(spec: Json): Json {
  const { type } = spec;
  const isOutward = type === "NodePort" || type === "LoadBalancer";
  const affinity =
    spec["sessionAffinity"] === "ClientIP" ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } } : {};
  return fill(spec, {
    ...affinity,
    ...(isOutward && { externalTrafficPolicy: "Cluster" }),
    ...((isOutward || type === "ClusterIP") && { internalTrafficPolicy: "Cluster" }),
    ...(type === "LoadBalancer" && { allocateLoadBalancerNodePorts: true }),
  });
}

function withTargetPort(port: Json): Json {
  const { targetPort } = port;
  return targetPort === undefined || targetPort === 0 || targetPort === ""
    ? { ...port, targetPort: port["port"] }
    : port;
}
