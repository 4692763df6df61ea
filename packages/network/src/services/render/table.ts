import { containsIp, parseCidr, parseIp } from "@peapod/api";
import type { BackedPort, Backend } from "../backed-port.ts";

/** What changes in the node's table: everything else of it is the same for all services. */
export interface ServiceTable {
  /** Name → what stands in its declaration. */
  readonly sets: ReadonlyMap<string, string>;
  /** Name → rules. */
  readonly chains: ReadonlyMap<string, readonly string[]>;
  /** `service-ips 10.96.0.10 . tcp . 80`: map or set, a space, the key → verdict, `""` in sets. */
  readonly elements: ReadonlyMap<string, string>;
}

/** Marks packets whose source has to become the node, so that answers come back through it. */
export const masqueradeMark = "0x00200000";
const mark = `meta mark set meta mark or ${masqueradeMark}`;

export interface TableOptions {
  /** `10.244.0.0/24`: pods that reach each other without passing the node. */
  readonly podSubnet: string;
  /** `10.244.0.0/16`: pods of all nodes, who are no strangers. */
  readonly podNetwork: string;
}

/** What the node does for services: each address and port leads to a chain that chooses a backend, or is refused. */
export function renderTable(ports: readonly BackedPort[], options: TableOptions): ServiceTable {
  const table = { sets: new Map<string, string>(), chains: new Map<string, readonly string[]>(), elements: new Map() };
  for (const port of ports) addPort(table, port, options);
  return table;
}

interface Growing {
  readonly sets: Map<string, string>;
  readonly chains: Map<string, readonly string[]>;
  readonly elements: Map<string, string>;
}

function addPort(table: Growing, port: BackedPort, options: TableOptions): void {
  const { name, protocol, clusterIp, externalIps, balancerIps, nodePort, backends } = port;
  const key = (address: string): string => `${address} . ${protocol} . ${port.port}`;
  table.elements.set(`cluster-ips ${clusterIp}`, "");
  const local = backends.filter(({ isLocal }) => isLocal);
  if (backends.length === 0) {
    for (const address of [clusterIp, ...externalIps, ...balancerIps]) {
      table.elements.set(`refused-ips ${key(address)}`, "goto refuse");
    }
    if (nodePort !== undefined) table.elements.set(`refused-ports ${protocol} . ${nodePort}`, "goto refuse");
    return;
  }
  for (const backend of backends) addBackend(table, port, backend, options);
  table.chains.set(`all-${name}`, chooseRules(port, backends));
  if (port.isInternalLocal || port.isExternalLocal) {
    // Who may only stay on this node and finds nobody here is not answered at all.
    table.chains.set(`local-${name}`, local.length > 0 ? chooseRules(port, local) : ["drop"]);
  }
  table.elements.set(`service-ips ${key(clusterIp)}`, `goto ${port.isInternalLocal ? "local" : "all"}-${name}`);
  if (externalIps.length + balancerIps.length === 0 && nodePort === undefined) return;
  table.chains.set(`outside-${name}`, outsideRules(port, options));
  for (const address of externalIps) table.elements.set(`service-ips ${key(address)}`, `goto outside-${name}`);
  if (nodePort !== undefined) table.elements.set(`node-ports ${protocol} . ${nodePort}`, `goto outside-${name}`);
  addBalancer(table, port, key);
}

/** From outside of the cluster a backend sees the node, unless the service asks to see its clients. */
function outsideRules({ name, isExternalLocal }: BackedPort, { podNetwork }: TableOptions): readonly string[] {
  if (!isExternalLocal) return [mark, `goto all-${name}`];
  return [
    `ip saddr ${podNetwork} goto all-${name}`,
    `fib saddr type local ${mark} goto all-${name}`,
    `goto local-${name}`,
  ];
}

function addBalancer(
  table: Growing,
  { name, balancerIps, sourceRanges }: BackedPort,
  key: (ip: string) => string,
): void {
  if (balancerIps.length === 0) return;
  const isOpen = sourceRanges.length === 0;
  if (!isOpen) {
    table.chains.set(`allowed-${name}`, [`ip saddr { ${sourceRanges.join(", ")} } goto outside-${name}`, "drop"]);
  }
  for (const address of balancerIps) {
    table.elements.set(`service-ips ${key(address)}`, `goto ${isOpen ? "outside" : "allowed"}-${name}`);
  }
}

/** Clients stay with the backend that remembers them; everybody else is given one by chance. */
function chooseRules(port: BackedPort, backends: readonly Backend[]): readonly string[] {
  const remembered =
    port.affinitySeconds === undefined
      ? []
      : backends.map((backend) => `ip saddr @${clientsOf(port, backend)} goto ${chainOf(port, backend)}`);
  const choices = backends.map((backend, index) => `${index} : goto ${chainOf(port, backend)}`);
  return [...remembered, `numgen random mod ${backends.length} vmap { ${choices.join(", ")} }`];
}

function addBackend(table: Growing, port: BackedPort, backend: Backend, { podSubnet }: TableOptions): void {
  const { address, port: target } = backend;
  const set = clientsOf(port, backend);
  if (port.affinitySeconds !== undefined) {
    table.sets.set(set, `type ipv4_addr; flags dynamic,timeout; timeout ${port.affinitySeconds}s;`);
  }
  // A neighbour would answer its neighbour directly, and who is elsewhere may know a shorter way back.
  const isNear = containsIp(parseCidr(podSubnet), parseIp(address));
  table.chains.set(chainOf(port, backend), [
    ...(port.affinitySeconds === undefined ? [] : [`update @${set} { ip saddr }`]),
    isNear ? `ip saddr ${podSubnet} ${mark}` : mark,
    `meta l4proto ${port.protocol} dnat to ${address}:${target}`,
  ]);
}

function chainOf({ name }: BackedPort, { address, port }: Backend): string {
  return `to-${name}/${address}/${port}`;
}

/** A set's time-out cannot be changed, so it is part of the name. */
function clientsOf({ name, affinitySeconds }: BackedPort, { address, port }: Backend): string {
  return `of-${name}/${address}/${port}/${affinitySeconds}`;
}
