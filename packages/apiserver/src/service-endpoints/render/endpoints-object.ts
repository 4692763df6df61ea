import type { EndpointAddress, EndpointSubset, Endpoints, Service } from "@peapod/api";
import type { EndpointGroup } from "./groups.ts";
import { labels } from "./labels.ts";

/** The older form of a service's slices, for programs that know no other. Its addresses are of the service's first family. */
export function renderEndpointsObject(service: Service, groups: readonly EndpointGroup[]): Endpoints {
  const { name = "", namespace = "" } = service.metadata;
  const [family = "IPv4"] = service.spec?.ipFamilies ?? [];
  const subsets = groups
    .filter(({ addressType, endpoints }) => addressType === family && endpoints.length > 0)
    .map(renderSubset)
    .filter(({ addresses, notReadyAddresses }) => addresses ?? notReadyAddresses);
  return {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: {
      name,
      namespace,
      labels: {
        ...service.metadata.labels,
        ...(service.spec?.clusterIP === "None" && { [labels.headless]: "" }),
        [labels.endpointsManagedBy]: "endpoint-controller",
      },
    },
    ...(subsets.length > 0 && { subsets }),
  };
}

function renderSubset({ endpoints, ports }: EndpointGroup): EndpointSubset {
  // Endpoints know no pods that are on their way out.
  const living = endpoints.filter(({ conditions }) => conditions?.ready || !conditions?.terminating);
  const addresses = living.filter(({ conditions }) => conditions?.ready).map(renderAddress);
  const others = living.filter(({ conditions }) => !conditions?.ready).map(renderAddress);
  return {
    ...(addresses.length > 0 && { addresses }),
    ...(others.length > 0 && { notReadyAddresses: others }),
    ...(ports.length > 0 && {
      ports: ports.map(({ name, port = 0, protocol, appProtocol }) => ({
        ...(name && { name }),
        port,
        ...(protocol && { protocol }),
        ...(appProtocol && { appProtocol }),
      })),
    }),
  };
}

function renderAddress({
  addresses,
  hostname,
  nodeName,
  targetRef,
}: EndpointGroup["endpoints"][number]): EndpointAddress {
  return {
    ip: addresses[0] ?? "",
    ...(hostname && { hostname }),
    ...(nodeName && { nodeName }),
    ...(targetRef && { targetRef }),
  };
}
