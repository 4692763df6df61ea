import type { Endpoint, EndpointSlice, Service } from "@peapod/api";
import type { Facts } from "./plan.ts";

type Spec = NonNullable<Service["spec"]>;

/** A service with backends, as the controllers of the cluster leave it. */
export function backed(
  name: string,
  spec: Spec,
  backends: readonly string[],
  nodeName: string | undefined = "n1",
): Facts["services"][number] {
  const ports = spec.ports ?? [];
  const endpoints = backends.map(
    (address): Endpoint => ({ addresses: [address], conditions: { ready: true }, ...(nodeName && { nodeName }) }),
  );
  const slice: EndpointSlice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { namespace: "default", name: `${name}-abcde` },
    addressType: "IPv4",
    endpoints,
    ports: ports.map(({ name: portName = "", protocol = "TCP", targetPort }) => ({
      name: portName,
      protocol,
      port: Number(targetPort),
    })),
  };
  const service: Service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "default", name },
    spec: { type: "ClusterIP", ...spec },
  };
  return { service, slices: [slice] };
}

export function factsOf(services: Facts["services"], some: Partial<Facts> = {}): Facts {
  return {
    nodeName: "n1",
    services,
    options: { podSubnet: "10.244.0.0/24", podNetwork: "10.244.0.0/16" },
    names: { table: "peapod_abc123_services", prefix: "ppabc123", podNetwork: "10.244.0.0/16" },
    installed: undefined,
    isTableThere: false,
    missingRoute: undefined,
    health: [],
    ...some,
  };
}
