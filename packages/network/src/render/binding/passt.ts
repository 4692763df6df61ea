import { formatIp, formatNetmask, parseIp } from "@peapod/api";
import type { BindingRequest, InterfaceSpec, PasstPlan } from "../../binding/types.ts";
import { addressOf, commonPlan, guestMacOf, nameserversOf, searchDomains, sysctl } from "./common.ts";

/**
 * Where the spec lists no ports. passt holds a socket per port and protocol, and has neither the descriptors nor the speed for all
 * 65 535: these are the well-known ones, and those that people's programs listen on most.
 */
export const passtPorts = {
  tcp: [
    "1-1023,1433,1521,2049,2375-2380,3000,3128,3306,3389,5000,5044,5201,5432,5601,5672,5900-5910,5985-5986,6379,6443",
    "7000-7001,8000-8100,8443,8888,9000-9100,9200,9300,9443,10250,11211,15672,27017",
  ].join(","),
  udp: "1-1023,1194,4789,5060,5201,5353,51820",
} as const;

/**
 * passt speaks for the guest: what the guest sends leaves from sockets of the pod, and what reaches the pod's ports is handed to the
 * guest. It tells the guest the pod's own address, so any kind of pod interface will do.
 *
 * @see https://passt.top/builds/latest/web/passt.1.html
 */
export function planPasst(request: BindingRequest): PasstPlan {
  const { interfaceSpec, network, podInterface, uid } = request;
  const isPrimary = network.pod !== undefined || network.multus?.default === true;
  const addresses = ([4, 6] as const).map((family) => addressOf(request, family)).filter((one) => one !== undefined);
  const [ipv4, ipv6] = [addressOf(request, 4), addressOf(request, 6)];
  const hosts = addresses.map(({ ip }) => formatIp(ip));
  const nameservers = [...(ipv4 ? nameserversOf(request, 4) : []), ...(ipv6 ? nameserversOf(request, 6) : [])];
  const search = searchDomains(request);
  // Two interfaces of a pod would want the same ports: each but the first listens on its own addresses, and speaks from them.
  const prefixes = isPrimary ? [""] : hosts.map((host) => `${host}/`);
  const ports = portsOf(interfaceSpec);
  return {
    ...commonPlan(request),
    binding: "passt",
    guestMac: guestMacOf(request, request.mac),
    uid,
    sysctls: [
      sysctl("ipv4/ping_group_range", "0 2147483647"), // the guest's pings
      sysctl("ipv4/ip_unprivileged_port_start", "0"),
    ],
    passtArguments: [
      ...["-i", podInterface.name, "-m", String(podInterface.mtu), "--no-map-gw"],
      ...(ipv6 ? [] : ["-4"]),
      ...(ipv4 ? [] : ["-6"]),
      ...hosts.flatMap((host) => ["-a", host]),
      ...(ipv4 ? ["-n", formatNetmask(ipv4.prefixLength)] : []),
      ...gateways(request, [ipv4, ipv6]).flatMap((gateway) => ["-g", gateway]),
      ...(isPrimary ? [] : hosts.flatMap((host) => ["-o", host])),
      ...(nameservers.length > 0 ? nameservers.flatMap((address) => ["-D", address]) : ["--no-dhcp-dns"]),
      ...(search.length > 0 ? ["-S", search.join(" ")] : ["--no-dhcp-search"]),
      ...prefixes.flatMap((prefix) => ["-t", ports.tcp === "none" ? "none" : `${prefix}${ports.tcp}`]),
      ...prefixes.flatMap((prefix) => ["-u", ports.udp === "none" ? "none" : `${prefix}${ports.udp}`]),
    ],
  };
}

/** passt starts with a gateway only. Where the network has none the guest is told a neighbour's address: passt answers for all. */
function gateways(
  { podInterface }: BindingRequest,
  addresses: readonly ReturnType<typeof addressOf>[],
): readonly string[] {
  return addresses.flatMap((address) => {
    if (!address) return [];
    const { ip } = address;
    const own = podInterface.gateways.find((gateway) => parseIp(gateway).family === ip.family);
    return [own ?? formatIp({ ...ip, value: ip.value ^ 1n })];
  });
}

function portsOf({ ports = [], portRanges = [] }: InterfaceSpec): { readonly tcp: string; readonly udp: string } {
  if (ports.length === 0 && portRanges.length === 0) return passtPorts;
  const listed = (protocol: string): string => {
    const isIts = (item: { readonly protocol?: string | undefined }): boolean =>
      (item.protocol ?? "TCP").toLowerCase() === protocol;
    const words = [
      ...ports.filter(isIts).map(({ port }) => String(port)),
      ...portRanges.filter(isIts).map(({ start, end }) => (start === end ? String(start) : `${start}-${end}`)),
    ];
    return words.length === 0 ? "none" : [...new Set(words)].join(",");
  };
  return { tcp: listed("tcp"), udp: listed("udp") };
}
