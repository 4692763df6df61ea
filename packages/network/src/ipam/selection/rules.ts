import { type IpFamily, type PoolChoice, type PoolNames, parseNamespacePools } from "@peapod/api";
import type { PoolUse } from "../allocate.ts";
import type { PodNic, SelectionFacts } from "./facts.ts";

/** Where the pools of an interface are named: the first of these that names any, taken as a whole. */
export type RuleSource = "ippools" | "ippool" | "namespace" | "network" | "default";

export interface PoolRule {
  readonly source: RuleSource;
  /** Names and patterns, by family; a family without any gets no address. */
  readonly names: Readonly<Record<IpFamily, readonly string[]>>;
  /** No default route through the pool's gateway. */
  readonly cleanGateway: boolean;
}

/** What the network's own configuration says, `ipam` of the NetworkAttachmentDefinition. */
export interface NetworkPools {
  readonly 4: readonly string[];
  readonly 6: readonly string[];
  readonly cleanGateway: boolean;
}

/**
 * The rule for one interface. Unlike upstream, where a pod that names pools has to name them for all of its interfaces, one that is
 * not named goes by the next rule.
 *
 * @param network  of this interface; undefined: not known, because another one asks
 * @throws {Error} upstream's sentence, where nothing names a pool
 */
export function ruleFor(
  nic: PodNic,
  choice: PoolChoice | undefined,
  network: NetworkPools | undefined,
  facts: SelectionFacts,
  pools: readonly PoolUse[],
): PoolRule | undefined {
  const position = facts.nics.indexOf(nic);
  const items = choice?.of === "interfaces" ? choice.interfaces : [];
  const own = items.find((item, index) => isFor(item.interface, index, nic.ifName, position));
  if (own) return { source: "ippools", names: byFamily(own), cleanGateway: own.cleanGateway };
  if (!network) return undefined;
  const { cleanGateway } = network;
  if (choice?.of === "any") return { source: "ippool", names: byFamily(choice), cleanGateway };
  const rules = [
    { source: "namespace", names: byFamily(parseNamespacePools(facts.namespace.annotations)) },
    { source: "network", names: { 4: network[4], 6: network[6] } },
    { source: "default", names: { 4: defaultsOf(pools, 4), 6: defaultsOf(pools, 6) } },
  ] as const;
  const rule = rules.find(({ names }) => names[4].length > 0 || names[6].length > 0);
  if (rule) return { ...rule, cleanGateway };
  throw new Error("no IPPool available, no pool selection rules of any type are specified");
}

/**
 * Whether what is said of an interface is said of this one. `eth0` is the first and `net1` the second, whatever a VM calls them in its
 * pod; without names it is the order that counts.
 */
export function isFor(wanted: string | undefined, index: number, ifName: string, position: number): boolean {
  if (wanted === undefined) return index === position;
  return wanted === ifName || wanted === (position === 0 ? "eth0" : `net${position}`);
}

function byFamily(names: PoolNames | undefined): Readonly<Record<IpFamily, readonly string[]>> {
  return { 4: names?.ipv4 ?? [], 6: names?.ipv6 ?? [] };
}

function defaultsOf(pools: readonly PoolUse[], family: IpFamily): readonly string[] {
  return pools
    .filter(({ pool }) => pool.definition.isDefault && pool.subnet.family === family)
    .map(({ pool }) => pool.name)
    .sort();
}
