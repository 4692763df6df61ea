import { cidrOf, formatIp, formatNetmask, parseIp } from "@peapod/api";
import type { DhcpPlan } from "../binding/types.ts";

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
  const network = formatIp({
    family: 4,
    value: cidrOf(parseIp(plan.address), plan.prefixLength).base,
  });
  const routes = plan.classlessRoutes.flatMap(({ destination, gateway }) => [destination, gateway]);
  const lines = [
    "port=0",
    "no-resolv",
    "no-hosts",
    "no-ping",
    "quiet-dhcp",
    `pid-file=${files.pid}`,
    `log-facility=${files.log}`,
    `dhcp-leasefile=${files.leases}`,
    `interface=${plan.interface}`,
    "except-interface=lo",
    "bind-dynamic",
    "dhcp-ignore=tag:!known",
    `dhcp-range=${network},static,${formatNetmask(plan.prefixLength)},infinite`,
    // Lets it serve a subnet of which the bridge has no address.
    ...(plan.isForeignSubnet ? [`shared-network=${plan.interface},${network}`] : []),
    `dhcp-host=${plan.mac},${plan.address},${plan.hostname},infinite`,
    // An empty router keeps dnsmasq from naming itself.
    `dhcp-option=3${list(plan.router === undefined ? [] : [plan.router])}`,
    ...(routes.length > 0 ? [`dhcp-option=121${list(routes)}`] : []),
    `dhcp-option=option:mtu,${plan.mtu}`,
    ...(plan.nameservers.length > 0 ? [`dhcp-option=6${list(plan.nameservers)}`] : []),
    ...(plan.domain === undefined ? [] : [`dhcp-option=15,${text(plan.domain)}`]),
    ...(plan.search.length > 0 ? [`dhcp-option=option:domain-search${list(plan.search)}`] : []),
    ...(plan.ntpServers.length > 0 ? [`dhcp-option=42${list(plan.ntpServers)}`] : []),
    ...(plan.tftpServerName === undefined ? [] : [`dhcp-option=66,${text(plan.tftpServerName)}`]),
    ...(plan.bootFileName === undefined ? [] : [`dhcp-option=67,${text(plan.bootFileName)}`]),
    ...plan.privateOptions.map(({ option, value }) => `dhcp-option=${option},${text(value)}`),
  ];
  return `${lines.map(oneLine).join("\n")}\n`;
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
