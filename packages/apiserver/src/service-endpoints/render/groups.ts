import type { Endpoint, EndpointSlicePort, Endpoints, Pod, Service } from "@peapod/api";
import { isConditionTrue } from "@peapod/machinery";

/** Endpoints that have the same ports, which is what one slice can say. */
export interface EndpointGroup {
  readonly addressType: "IPv4" | "IPv6";
  readonly ports: readonly EndpointSlicePort[];
  readonly endpoints: readonly Endpoint[];
}

/** Who stands behind a service: its pods, by the ports that each of them has for it. */
export function groupsOfPods(service: Service, pods: readonly Pod[]): readonly EndpointGroup[] {
  const groups = new Map<string, { readonly group: EndpointGroup; readonly endpoints: Endpoint[] }>();
  for (const pod of pods) {
    const ports = portsOf(service, pod);
    for (const addressType of service.spec?.ipFamilies ?? ["IPv4"]) {
      const endpoint = renderEndpoint(service, pod, addressType);
      if (!endpoint || (ports.length === 0 && service.spec?.ports?.length)) continue;
      add(groups, { addressType, ports, endpoints: [endpoint] });
    }
  }
  return sorted(groups);
}

/** What somebody wrote down by hand as Endpoints, for a service that selects nothing. */
export function groupsOfEndpoints({ subsets = [] }: Endpoints): readonly EndpointGroup[] {
  const groups = new Map<string, { readonly group: EndpointGroup; readonly endpoints: Endpoint[] }>();
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    const slicePorts = ports.map(({ name = "", ...port }) => ({ name, ...port }));
    const all = [
      ...addresses.map((one) => ({ ...one, ready: true })),
      ...notReadyAddresses.map((one) => ({ ...one, ready: false })),
    ];
    for (const { ip, hostname, nodeName, targetRef, ready } of all) {
      const endpoint: Endpoint = {
        addresses: [ip],
        conditions: { ready },
        ...(hostname !== undefined && { hostname }),
        ...(nodeName !== undefined && { nodeName }),
        ...(targetRef !== undefined && { targetRef }),
      };
      add(groups, { addressType: ip.includes(":") ? "IPv6" : "IPv4", ports: slicePorts, endpoints: [endpoint] });
    }
  }
  return sorted(groups);
}

export function groupKey({
  addressType,
  ports,
}: {
  readonly addressType: string;
  readonly ports: EndpointGroup["ports"];
}): string {
  const names = ports.map(({ name = "", protocol, port, appProtocol }) => [name, protocol, port, appProtocol]);
  return JSON.stringify([addressType, names]);
}

type Groups = Map<string, { readonly group: EndpointGroup; readonly endpoints: Endpoint[] }>;

function add(groups: Groups, group: EndpointGroup): void {
  const key = groupKey(group);
  const found = groups.get(key);
  if (found) found.endpoints.push(...group.endpoints);
  else groups.set(key, { group, endpoints: [...group.endpoints] });
}

function sorted(groups: Groups): readonly EndpointGroup[] {
  const byAddress = (a: Endpoint, b: Endpoint): number => ((a.addresses[0] ?? "") < (b.addresses[0] ?? "") ? -1 : 1);
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { group, endpoints }]) => ({ ...group, endpoints: endpoints.sort(byAddress) }));
}

function renderEndpoint({ metadata, spec }: Service, pod: Pod, addressType: "IPv4" | "IPv6"): Endpoint | undefined {
  const { phase, podIP, podIPs = [] } = pod.status ?? {};
  if (phase === "Succeeded" || phase === "Failed") return undefined;
  const addresses = podIPs.length > 0 ? podIPs.map(({ ip }) => ip) : [podIP];
  const address = addresses.find((ip) => ip && ip.includes(":") === (addressType === "IPv6"));
  if (!address) return undefined;
  const serving = isConditionTrue(pod.status?.conditions, "Ready");
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const { name = "", namespace = "", uid = "" } = pod.metadata;
  const { hostname, subdomain, nodeName } = pod.spec ?? {};
  return {
    addresses: [address],
    conditions: { ready: spec?.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating },
    ...(hostname && subdomain === metadata.name && { hostname }),
    ...(nodeName && { nodeName }),
    targetRef: { kind: "Pod", namespace, name, uid },
  };
}

/** A port that a pod does not have by that name is not one of its. */
function portsOf({ spec }: Service, pod: Pod): readonly EndpointSlicePort[] {
  return (spec?.ports ?? []).flatMap(({ name = "", protocol = "TCP", port, targetPort = port, appProtocol }) => {
    const target = typeof targetPort === "number" ? targetPort : findPort(pod, targetPort, protocol);
    return target === undefined ? [] : [{ name, protocol, port: target, ...(appProtocol && { appProtocol }) }];
  });
}

function findPort({ spec }: Pod, wanted: string, protocol: string): number | undefined {
  const ports = (spec?.containers ?? []).flatMap(({ ports = [] }) => ports);
  return ports.find((port) => port.name === wanted && (port.protocol ?? "TCP") === protocol)?.containerPort;
}
