import { cidrOf, formatIp, formatNetmask, parseIp } from "@peapod/api";
import type { Dhcp4Plan, Dhcp6Plan, DhcpPlan } from "../binding/types.ts";

/** Files of one server, all in a folder that only root writes. */
export interface DnsmasqFiles {
  readonly config: string;
  readonly leases: string;
  readonly pid: string;
  readonly log: string;
}

/**
 * The configuration of a DHCP server that knows one guest. It never says no to others (`dhcp-authoritative` would): all pods of a
 * network hear each other's broadcasts.
 *
 * @throws {RangeError} when a text would not stay inside its line
 * @see https://thekelleys.org.uk/dnsmasq/docs/dnsmasq-man.html
 */
export function renderDnsmasqConfig(plan: DhcpPlan, files: DnsmasqFiles): string {
  const { ipv4, ipv6 } = plan;
  const addresses = [...(ipv4 ? [ipv4.address] : []), ...(ipv6?.isStateful ? [`[${ipv6.address}]`] : [])];
  const lines = [
    "port=0",
    "no-resolv",
    "no-hosts",
    "no-ping",
    "quiet-dhcp",
    ...(ipv6 ? ["quiet-dhcp6", "quiet-ra"] : []),
    `pid-file=${files.pid}`,
    `log-facility=${files.log}`,
    `dhcp-leasefile=${files.leases}`,
    `interface=${plan.interface}`,
    "except-interface=lo",
    "bind-dynamic",
    "dhcp-ignore=tag:!known",
    ...(ipv4 ? ranges4(ipv4, plan.interface) : []),
    ...(ipv6 ? ranges6(ipv6, plan) : []),
    `dhcp-host=${plan.mac}${list(addresses)},${plan.hostname},infinite`,
    ...(ipv4 ? options4(ipv4, plan) : []),
    ...(ipv6 ? options6(ipv6, plan) : []),
  ];
  return `${lines.map(oneLine).join("\n")}\n`;
}

function ranges4({ address, prefixLength, isForeignSubnet }: Dhcp4Plan, link: string): readonly string[] {
  const network = networkOf(address, prefixLength);
  return [
    `dhcp-range=${network},static,${formatNetmask(prefixLength)},infinite`,
    // Lets it serve a subnet of which the bridge has no address.
    ...(isForeignSubnet ? [`shared-network=${link},${network}`] : []),
  ];
}

/** The advertisement brings the guest its default route; its address comes by DHCPv6, or is made by itself of the prefix. */
function ranges6({ address, prefixLength, isStateful, routerNetwork }: Dhcp6Plan, plan: DhcpPlan): readonly string[] {
  const network = networkOf(address, prefixLength);
  return [
    "enable-ra",
    `ra-param=${plan.interface},mtu:${plan.mtu},high,60,1800`,
    isStateful
      ? `dhcp-range=${network},static,${prefixLength},infinite`
      : `dhcp-range=${network},ra-stateless,64,infinite`,
    ...(routerNetwork === undefined
      ? []
      : [`dhcp-range=${routerNetwork},static,off-link,64,infinite`, `shared-network=${plan.interface},${network}`]),
  ];
}

function options4({ router, classlessRoutes, nameservers }: Dhcp4Plan, plan: DhcpPlan): readonly string[] {
  const routes = classlessRoutes.flatMap(({ destination, gateway }) => [destination, gateway]);
  return [
    // An empty router keeps dnsmasq from naming itself.
    `dhcp-option=3${list(router === undefined ? [] : [router])}`,
    ...(routes.length > 0 ? [`dhcp-option=121${list(routes)}`] : []),
    `dhcp-option=option:mtu,${plan.mtu}`,
    ...(nameservers.length > 0 ? [`dhcp-option=6${list(nameservers)}`] : []),
    ...(plan.domain === undefined ? [] : [`dhcp-option=15,${text(plan.domain)}`]),
    ...(plan.search.length > 0 ? [`dhcp-option=option:domain-search${list(plan.search)}`] : []),
    ...(plan.ntpServers.length > 0 ? [`dhcp-option=42${list(plan.ntpServers)}`] : []),
    ...(plan.tftpServerName === undefined ? [] : [`dhcp-option=66,${text(plan.tftpServerName)}`]),
    ...(plan.bootFileName === undefined ? [] : [`dhcp-option=67,${text(plan.bootFileName)}`]),
    ...plan.privateOptions.map(({ option, value }) => `dhcp-option=${option},${text(value)}`),
  ];
}

/** An empty list of name servers keeps dnsmasq from naming itself. */
function options6({ nameservers }: Dhcp6Plan, { search }: DhcpPlan): readonly string[] {
  return [
    `dhcp-option=option6:dns-server${list(nameservers.map((address) => `[${address}]`))}`,
    ...(search.length > 0 ? [`dhcp-option=option6:domain-search${list(search)}`] : []),
  ];
}

function networkOf(address: string, prefixLength: number): string {
  const ip = parseIp(address);
  return formatIp({ family: ip.family, value: cidrOf(ip, prefixLength).base });
}

function list(values: readonly string[]): string {
  return values.map((value) => `,${value}`).join("");
}

/** Quoted: a text that looks like a number or an address stays a text, and commas stay in it. */
function text(value: string): string {
  return `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}

function oneLine(line: string): string {
  if (/[\u0000-\u001f\u007f]/.test(line)) {
    throw new RangeError(`Cannot tell dnsmasq ${JSON.stringify(line)}: it has control characters`);
  }
  return line;
}
