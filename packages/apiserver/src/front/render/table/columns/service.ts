import { EndpointSlice, Endpoints, Service } from "@peapod/api";
import { ageColumn, columnsOf, formatLabels, formatSome, nameColumn, orElse } from "../column.ts";

export const serviceColumns = columnsOf(Service, [
  nameColumn,
  {
    name: "Type",
    type: "string",
    description: "How the service is reached.",
    cell: (service) => service.spec?.type ?? "",
  },
  {
    name: "Cluster-IP",
    type: "string",
    description: "Address inside of the cluster.",
    cell: (service) => orElse(service.spec?.clusterIPs?.[0] ?? service.spec?.clusterIP, "<none>"),
  },
  { name: "External-IP", type: "string", description: "Addresses for the outside.", cell: externalAddresses },
  {
    name: "Port(s)",
    type: "string",
    description: "Ports, with the port of the nodes where there is one.",
    cell: (service) =>
      orElse(
        (service.spec?.ports ?? [])
          .map(({ port, nodePort, protocol = "TCP" }) => `${nodePort ? `${port}:${nodePort}` : port}/${protocol}`)
          .join(","),
        "<none>",
      ),
  },
  ageColumn,
  {
    name: "Selector",
    type: "string",
    priority: 1,
    description: "Labels of the pods behind it.",
    cell: (service) => formatLabels(service.spec?.selector),
  },
]);

export const endpointsColumns = columnsOf(Endpoints, [
  nameColumn,
  {
    name: "Endpoints",
    type: "string",
    description: "Addresses that are ready, with their ports.",
    cell: (endpoints) => {
      const reached = (endpoints.subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
        ports.length === 0
          ? addresses.map(({ ip }) => ip)
          : ports.flatMap(({ port }) => addresses.map(({ ip }) => join(ip, port))),
      );
      return reached.length === 0 ? "<none>" : formatSome(reached);
    },
  },
  ageColumn,
]);

export const endpointSliceColumns = columnsOf(EndpointSlice, [
  nameColumn,
  { name: "AddressType", type: "string", description: "IPv4, IPv6 or FQDN.", cell: (slice) => slice.addressType },
  {
    name: "Ports",
    type: "string",
    description: "Ports of the endpoints.",
    cell: (slice) => orElse(formatSome((slice.ports ?? []).map(({ port }) => String(port ?? "*"))), "<unset>"),
  },
  {
    name: "Endpoints",
    type: "string",
    description: "Addresses of the endpoints.",
    cell: (slice) => orElse(formatSome((slice.endpoints ?? []).flatMap(({ addresses }) => addresses)), "<unset>"),
  },
  ageColumn,
]);

function externalAddresses({ spec, status }: Service): string {
  const given = (spec?.externalIPs ?? []).join(",");
  switch (spec?.type) {
    case "ClusterIP":
    case "NodePort":
      return orElse(given, "<none>");
    case "LoadBalancer": {
      const balanced = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? "").join(",");
      return orElse([balanced, given].filter((addresses) => addresses !== "").join(","), "<pending>");
    }
    case "ExternalName":
      return spec.externalName ?? "";
    default:
      return "<unknown>";
  }
}

function join(ip: string, port: number): string {
  return ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
}
