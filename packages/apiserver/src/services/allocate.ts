import { invalid, type Problem } from "@peapod/api";
import { contains, formatIpv4, type Network, parseIpv4 } from "./ipv4.ts";
import { isHeadless, needsClusterIp, needsHealthPort, needsNodePorts, type Port, type Spec } from "./spec.ts";

/** What services may have for themselves alone. */
export interface Ranges {
  readonly network: Network;
  readonly nodePorts: { readonly first: number; readonly last: number };
}

/** Who has what now: `"namespace/name"`, or undefined for what is free. */
export interface Holders {
  readonly ofAddress: (address: number) => string | undefined;
  readonly ofPort: (port: number) => string | undefined;
}

/** Addresses and node ports of one service. */
export interface Claims {
  readonly addresses: readonly number[];
  readonly ports: readonly number[];
}

/** Ports that are asked for by number are looked for among the first ones: those are handed out last. */
const maxReservedPorts = 128;
const maxReservedAddresses = 256;

/**
 * Gives a service the addresses and ports that it needs and does not name.
 *
 * @param owner  `"namespace/name"` of the service; what it holds already is its own
 * @param random  0 ≤ x < 1
 * @returns the spec with them; problems in Kubernetes' sentences where something cannot be had
 */
export function allocateService(
  spec: Spec,
  { owner, ranges, holders, random }: AllocateOptions,
): { readonly spec: Spec; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  let next = spec;
  if (needsClusterIp(spec) && !isHeadless(spec)) {
    const wanted = spec.clusterIP ?? "";
    if (wanted === "") {
      const { base, size } = ranges.network;
      const found = pick({
        ...{ first: base + 1, last: base + size - 2, random },
        reserved: Math.min(Math.max(16, size / 16), maxReservedAddresses),
        isFree: (address) => holders.ofAddress(address) === undefined,
      });
      if (found === undefined) problems.push(invalid("spec.clusterIPs", [], "failed to allocate IP: range is full"));
      else next = { ...next, clusterIP: formatIpv4(found), clusterIPs: [formatIpv4(found)] };
    } else problems.push(...refuseAddress(wanted, { owner, ranges, holders }));
  }
  const ports = allocatePorts(next, { owner, ranges, holders, random });
  const health = allocateHealthPort(ports.spec, { owner, ranges, holders, random });
  return { spec: health.spec, problems: [...problems, ...ports.problems, ...health.problems] };
}

export interface AllocateOptions {
  readonly owner: string;
  readonly ranges: Ranges;
  readonly holders: Holders;
  readonly random: () => number;
}

/** What a service holds; what is no address is another's to refuse. */
export function claimsOf(spec: Spec): Claims {
  const addresses = needsClusterIp(spec) && !isHeadless(spec) ? [spec.clusterIP, ...(spec.clusterIPs ?? [])] : [];
  const values = addresses.map((address) => parseIpv4(address ?? "")).filter((value) => value !== undefined);
  const nodePorts = (spec.ports ?? []).map(({ nodePort = 0 }) => nodePort);
  const ports = [...nodePorts, spec.healthCheckNodePort ?? 0].filter((port) => port > 0);
  return { addresses: [...new Set(values)], ports: [...new Set(ports)] };
}

function refuseAddress(wanted: string, { owner, ranges, holders }: Omit<AllocateOptions, "random">) {
  const address = parseIpv4(wanted);
  if (address === undefined) return []; // validation says so
  const refuse = (why: string) => [invalid("spec.clusterIPs", [wanted], `failed to allocate IP ${wanted}: ${why}`)];
  const { network } = ranges;
  const isUsable = address > network.base && address < network.base + network.size - 1;
  if (!contains(network, address) || !isUsable) {
    const range = `${formatIpv4(network.base)}/${32 - Math.log2(network.size)}`;
    return refuse(`the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${range}`);
  }
  const holder = holders.ofAddress(address);
  return holder === undefined || holder === owner ? [] : refuse("provided IP is already allocated");
}

/** The port where load balancers ask is one of the nodes' as well. */
function allocateHealthPort(spec: Spec, { owner, ranges, holders, random }: AllocateOptions) {
  if (!needsHealthPort(spec)) return { spec, problems: [] };
  const { nodePorts } = ranges;
  const own = (spec.ports ?? []).map(({ nodePort }) => nodePort);
  const wanted = spec.healthCheckNodePort;
  if (!wanted) {
    const isFree = (port: number): boolean => !own.includes(port) && holders.ofPort(port) === undefined;
    const found = pickPort(nodePorts, random, isFree);
    if (found !== undefined) return { spec: { ...spec, healthCheckNodePort: found }, problems: [] };
    return { spec, problems: [invalid("spec.healthCheckNodePort", 0, "failed to allocate a nodePort: range is full")] };
  }
  const why = whyNot(wanted, { owner, ranges, holders }) ?? (own.includes(wanted) ? allocated : undefined);
  return { spec, problems: why === undefined ? [] : [invalid("spec.healthCheckNodePort", wanted, why)] };
}

const allocated = "provided port is already allocated";

/** Why a service cannot have a port that it asks for; undefined: it can. */
function whyNot(port: number, { owner, ranges, holders }: Omit<AllocateOptions, "random">): string | undefined {
  const { first, last } = ranges.nodePorts;
  if (port < first || port > last) {
    return `provided port is not in the valid range. The range of valid ports is ${first}-${last}`;
  }
  const holder = holders.ofPort(port);
  return holder === undefined || holder === owner ? undefined : allocated;
}

function pickPort(
  { first, last }: Ranges["nodePorts"],
  random: () => number,
  isFree: (port: number) => boolean,
): number | undefined {
  const reserved = Math.min(Math.max(16, Math.floor((last - first + 1) / 32)), maxReservedPorts);
  return pick({ first, last, random, reserved, isFree });
}

function allocatePorts(spec: Spec, { owner, ranges, holders, random }: AllocateOptions) {
  const taken = new Set(claimsOf(spec).ports);
  const problems: Problem[] = [];
  const ports: Port[] = [];
  for (const [index, port] of (spec.ports ?? []).entries()) {
    const path = `spec.ports[${index}].nodePort`;
    if (port.nodePort) {
      const why = whyNot(port.nodePort, { owner, ranges, holders });
      if (why !== undefined) problems.push(invalid(path, port.nodePort, why));
      ports.push(port);
      continue;
    }
    if (!needsNodePorts(spec)) {
      ports.push(port);
      continue;
    }
    const isFree = (candidate: number): boolean => !taken.has(candidate) && holders.ofPort(candidate) === undefined;
    const twin = twinPort(port, [...ports, ...(spec.ports ?? []).slice(index)]);
    const found = twin ?? pickPort(ranges.nodePorts, random, isFree);
    if (found === undefined) problems.push(invalid(path, 0, "failed to allocate a nodePort: range is full"));
    else taken.add(found);
    ports.push(found === undefined ? port : { ...port, nodePort: found });
  }
  return { spec: spec.ports ? { ...spec, ports } : spec, problems };
}

/** One port by several protocols, as DNS has, is one port of the nodes, too. */
function twinPort(port: Port, others: readonly Port[]): number | undefined {
  const protocols = new Set(others.filter((other) => other.port === port.port).map(({ protocol }) => protocol));
  if (protocols.size < 2) return undefined;
  return others.find((other) => other.port === port.port && other.protocol !== port.protocol && other.nodePort)
    ?.nodePort;
}

/** By chance from the upper part of a range, so that people can choose from the lower one; from there when nothing else is free. */
function pick(options: {
  readonly first: number;
  readonly last: number;
  readonly reserved: number;
  readonly random: () => number;
  readonly isFree: (value: number) => boolean;
}): number | undefined {
  const { first, last, random, isFree } = options;
  const reserved = Math.min(options.reserved, last - first);
  return scan(first + reserved, last) ?? scan(first, first + reserved - 1);

  function scan(from: number, to: number): number | undefined {
    const count = to - from + 1;
    const start = Math.floor(random() * count);
    for (let step = 0; step < count; step += 1) {
      const value = from + ((start + step) % count);
      if (isFree(value)) return value;
    }
    return undefined;
  }
}
