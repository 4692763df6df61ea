import {
  containsIp,
  type Endpoint,
  type EndpointSlice,
  type EndpointSlicePort,
  isIpv4,
  parseCidr,
  parseIp,
  type Service,
} from "@peapod/api";

/** Where traffic of a service's port may go. */
export interface Backend {
  readonly address: string;
  readonly port: number;
  readonly isLocal: boolean;
}

/** One port of one service, with all the addresses that lead to it and everybody who answers behind it. */
export interface BackedPort {
  /** `default/web/tcp/80` */
  readonly name: string;
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly port: number;
  readonly clusterIp: string;
  readonly externalIps: readonly string[];
  /** Of load balancers, which let only some clients pass where `sourceRanges` has any. */
  readonly balancerIps: readonly string[];
  readonly sourceRanges: readonly string[];
  readonly nodePort: number | undefined;
  /** How long a client stays with one backend; undefined: not at all. */
  readonly affinitySeconds: number | undefined;
  /** Whether clients in the cluster, and those outside, are kept to backends of this node. */
  readonly isInternalLocal: boolean;
  readonly isExternalLocal: boolean;
  readonly backends: readonly Backend[];
}

/** @param slices  of this service @param nodeName  whose backends are local */
export function backedPorts(
  service: Service,
  slices: readonly EndpointSlice[],
  nodeName: string,
): readonly BackedPort[] {
  const { metadata, spec, status } = service;
  const { clusterIP = "", ports = [], type } = spec ?? {};
  if (!spec || type === "ExternalName" || !isIpv4(clusterIP)) return [];
  const ingress = status?.loadBalancer?.ingress ?? [];
  const affinitySeconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds;
  return ports.map(({ name = "", protocol = "TCP", port, nodePort }) => {
    const transport = protocol === "UDP" ? "udp" : protocol === "SCTP" ? "sctp" : "tcp";
    return {
      name: `${metadata.namespace}/${metadata.name}/${transport}/${port}`,
      protocol: transport,
      port,
      clusterIp: clusterIP,
      externalIps: (spec.externalIPs ?? []).filter(isIpv4),
      balancerIps: ingress.flatMap(({ ip = "", ipMode }) => (isIpv4(ip) && ipMode !== "Proxy" ? [ip] : [])),
      sourceRanges: (spec.loadBalancerSourceRanges ?? []).filter((range) => isIpv4(range.split("/")[0] ?? "")),
      nodePort: nodePort || undefined,
      affinitySeconds: spec.sessionAffinity === "ClientIP" ? affinitySeconds : undefined,
      isInternalLocal: spec.internalTrafficPolicy === "Local",
      isExternalLocal: spec.externalTrafficPolicy === "Local",
      backends: backendsOf(slices, name, protocol, nodeName),
    };
  });
}

const defaultAffinitySeconds = 10_800;
const loopback = parseCidr("127.0.0.0/8");

/** Those that are ready; where none is, those that still serve although they are on their way out. */
function backendsOf(slices: readonly EndpointSlice[], name: string, protocol: string, nodeName: string) {
  const found = slices
    .filter(({ addressType }) => addressType === "IPv4")
    .flatMap(({ endpoints = [], ports = [] }) =>
      ports
        .filter((port) => isNamed(port, name, protocol))
        .flatMap(({ port }) => (port === undefined ? [] : endpoints.map((endpoint) => ({ endpoint, port })))),
    );
  const ready = found.filter(({ endpoint }) => endpoint.conditions?.ready !== false);
  const leaving = found.filter(({ endpoint: { conditions } }) => conditions?.serving && conditions.terminating);
  const backends = new Map<string, Backend>();
  for (const { endpoint, port } of ready.length > 0 ? ready : leaving) {
    const address = addressOf(endpoint);
    if (address === undefined) continue;
    backends.set(`${address}:${port}`, { address, port, isLocal: endpoint.nodeName === nodeName });
  }
  return [...backends.values()].sort((a, b) => (`${a.address}:${a.port}` < `${b.address}:${b.port}` ? -1 : 1));
}

function isNamed(port: EndpointSlicePort, name: string, protocol: string): boolean {
  return (port.name ?? "") === name && (port.protocol ?? "TCP") === protocol;
}

/** What is only for this machine itself leads nowhere from a pod. */
function addressOf({ addresses: [address = ""] }: Endpoint): string | undefined {
  return isIpv4(address) && !containsIp(loopback, parseIp(address)) ? address : undefined;
}
