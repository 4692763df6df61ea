import type { EndpointSlice, Service } from "@peapod/api";
import { backedPorts } from "../backed-port.ts";

/** What a load balancer is told at a service's port for that. */
export interface HealthCheck {
  readonly port: number;
  readonly namespace: string;
  readonly name: string;
  /** Ready backends of this node, each address once. */
  readonly localEndpoints: number;
}

/** Of services that keep outside clients to the nodes of their backends: others lead to a backend from every node. */
export function healthChecks(
  services: readonly { readonly service: Service; readonly slices: readonly EndpointSlice[] }[],
  nodeName: string,
): readonly HealthCheck[] {
  return services.flatMap(({ service, slices }) => {
    const { metadata, spec } = service;
    const port = spec?.healthCheckNodePort;
    if (!port || spec.type !== "LoadBalancer" || spec.externalTrafficPolicy !== "Local") return [];
    const local = backedPorts(service, slices, nodeName).flatMap(({ backends }) =>
      backends.filter((one) => one.isLocal),
    );
    const localEndpoints = new Set(local.map(({ address }) => address)).size;
    return [{ port, namespace: metadata.namespace ?? "", name: metadata.name ?? "", localEndpoints }];
  });
}
