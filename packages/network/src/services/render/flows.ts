import type { BackedPort } from "../backed-port.ts";

/** A flow that the kernel remembers, as `conntrack -L` shows it. */
export interface Flow {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: string;
  readonly port: string;
  /** Who answers it. */
  readonly replier: string;
}

/** Reads lines of `conntrack -L -p udp`. What is written otherwise is left out. */
export function parseFlows(text: string): readonly Flow[] {
  return text.split("\n").flatMap((line) => {
    const values = (name: string): readonly string[] =>
      [...line.matchAll(new RegExp(`\\b${name}=(\\S+)`, "g"))].map(([, value = ""]) => value);
    const [source, replier] = values("src");
    const [destination] = values("dst");
    const [sourcePort] = values("sport");
    const [port] = values("dport");
    return source && replier && destination && sourcePort && port
      ? [{ source, destination, sourcePort, port, replier }]
      : [];
  });
}

/**
 * UDP flows to services whose backend is none any more, or that began when there was none: UDP has no end of a connection by which a
 * client would notice.
 *
 * @param nodeAddresses  where node ports are
 */
export function staleFlows(flows: readonly Flow[], ports: readonly BackedPort[]): readonly Flow[] {
  const known = new Map<string, ReadonlySet<string>>();
  const nodePorts = new Map<string, ReadonlySet<string>>();
  for (const { protocol, port, clusterIp, externalIps, balancerIps, nodePort, backends } of ports) {
    if (protocol !== "udp") continue;
    const repliers = new Set(backends.map(({ address }) => address));
    for (const address of [clusterIp, ...externalIps, ...balancerIps]) known.set(`${address} ${port}`, repliers);
    if (nodePort !== undefined) nodePorts.set(String(nodePort), repliers);
  }
  return flows.filter(({ destination, port, replier }) => {
    const repliers = known.get(`${destination} ${port}`) ?? nodePorts.get(port);
    return repliers !== undefined && !repliers.has(replier);
  });
}
