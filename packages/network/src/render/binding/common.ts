import { findMac, formatIp, type Ip, isLinkLocal, parseIpWithPrefix } from "@peapod/api";
import type { BindingRequest, Dhcp4Plan, DhcpPlan, Sysctl } from "../../binding/types.ts";

/** Where a pod is told of no name server; as upstream. */
const fallbackNameservers = ["8.8.8.8"];

/** What the plans of all bindings have. */
export function commonPlan({ interfaceSpec, podInterface }: BindingRequest) {
  return {
    name: interfaceSpec.name,
    podInterface,
    mtu: podInterface.mtu,
    ipAddresses: podInterface.addresses
      .map((address) => parseIpWithPrefix(address).ip)
      .filter((ip) => ip.family === 4 || !isLinkLocal(ip))
      .map(formatIp),
  };
}

/** The address that the manifest gives the guest's interface, or else that one; as QEMU and dnsmasq write it. */
export function guestMacOf({ interfaceSpec }: Pick<BindingRequest, "interfaceSpec">, otherwise: string): string {
  const mac = interfaceSpec.macAddress ?? otherwise;
  return findMac(mac) ?? mac.toLowerCase();
}

/** The part of a DHCP plan that both families have. */
export function commonDhcp(
  { interfaceSpec, podInterface, hostname, ...request }: BindingRequest,
  link: string,
  mac: string,
): DhcpPlan {
  const search = searchDomains(request);
  const { dhcpOptions } = interfaceSpec;
  return {
    interface: link,
    mac,
    mtu: podInterface.mtu,
    hostname,
    domain: search[0],
    search,
    ntpServers: dhcpOptions?.ntpServers ?? [],
    tftpServerName: dhcpOptions?.tftpServerName,
    bootFileName: dhcpOptions?.bootFileName,
    privateOptions: dhcpOptions?.privateOptions ?? [],
  };
}

/** A subdomain's own domain stands first. */
export function searchDomains({ dns, subdomain }: Pick<BindingRequest, "dns" | "subdomain">): readonly string[] {
  const [first] = dns.search;
  return subdomain !== undefined && first !== undefined ? [`${subdomain}.${first}`, ...dns.search] : dns.search;
}

/** @returns those of one family; somebody whom everybody reaches where the pod is told of none at all */
export function nameserversOf({ dns }: Pick<BindingRequest, "dns">, family: 4 | 6): Dhcp4Plan["nameservers"] {
  if (dns.nameservers.length === 0) return family === 4 ? fallbackNameservers : [];
  return dns.nameservers.filter((address) => address.includes(":") === (family === 6));
}

/** The pod's first address of a family that others can reach. */
export function addressOf(
  { podInterface }: Pick<BindingRequest, "podInterface">,
  family: 4 | 6,
): { readonly ip: Ip; readonly prefixLength: number } | undefined {
  return podInterface.addresses
    .map(parseIpWithPrefix)
    .find(({ ip }) => ip.family === family && (family === 4 || !isLinkLocal(ip)));
}

export function sysctl(path: string, value: string, isOptional = false): Sysctl {
  return { path, value, isOptional };
}

/** Links that only carry a guest's frames have no business in the guest's IPv6 network. */
export function withoutIpv6(link: string): readonly Sysctl[] {
  return [sysctl(`ipv6/conf/${link}/disable_ipv6`, "1", true)];
}

/** New namespaces pass bridged frames through the IP hooks, where nothing of ours wants to see them. */
export const withoutBridgeFilter = ["iptables", "ip6tables", "arptables"].map((name) =>
  sysctl(`bridge/bridge-nf-call-${name}`, "0", true),
);
