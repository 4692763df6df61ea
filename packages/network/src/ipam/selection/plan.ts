import { type AddressWish, type IpFamily, parseAddressWishes, parsePoolChoice, parseRoutes } from "@peapod/api";
import type { PoolUse } from "../allocate.ts";
import { fail, UnknownPoolError } from "../errors.ts";
import type { AddressRequest, NicRequest, Route } from "../types.ts";
import type { PodNic, SelectionFacts } from "./facts.ts";
import { inOrder, whyFiltered } from "./filter.ts";
import { isPattern, matchesPattern } from "./glob.ts";
import { isFor, type NetworkPools, type PoolRule, ruleFor } from "./rules.ts";

/** What to ask the allocator for, when an interface asks for its addresses. */
export interface Selection {
  /** The interface that asks, then those others whose pools the pod names: all are decided at once. */
  readonly nics: readonly NicRequest[];
  /** Of the interface that asks. Where it holds an address of another and keeps it, somebody should be told. */
  readonly namedPools: readonly string[];
  readonly routes: readonly Route[];
}

/**
 * Which pools give an interface its addresses.
 *
 * @param network  what the network of the interface that asks says of pools
 * @param pools  all there are; those of the node's own range left out
 * @throws {Error} upstream's sentence; {UnknownPoolError}
 */
export function planSelection(
  ifName: string,
  network: NetworkPools,
  facts: SelectionFacts,
  pools: readonly PoolUse[],
): Selection {
  const { annotations } = facts.pod;
  const choice = parsePoolChoice(annotations);
  const items = choice?.of === "interfaces" ? choice.interfaces : [];
  if (items.every((item) => item.interface === undefined) && items.length > facts.nics.length) {
    throw new Error(
      `wrong input, invalid format of Pod annotation 'ipam.spidernet.io/ippools': ` +
        `${items.length} items for ${facts.nics.length} interfaces`,
    );
  }
  const nic = facts.nics.find((one) => one.ifName === ifName) ?? unknownNic(ifName);
  const rule = ruleFor(nic, choice, network, facts, pools);
  if (!rule) throw new Error(`interface ${ifName} must be specified`);
  const own = requestOf(nic, rule, facts, pools);
  const names = [...rule.names[4], ...rule.names[6]];
  const others = facts.nics.flatMap((other) => {
    if (other === nic || !other.usesPools) return [];
    const named = ruleFor(other, choice, undefined, facts, pools);
    return named ? [requestOf(other, named, facts, pools)] : [];
  });
  return {
    nics: [own, ...others],
    namedPools: pools.map(({ pool }) => pool.name).filter((name) => names.some((one) => isNamed(one, name))),
    routes: parseRoutes(annotations).map(({ dst, gw }) => ({ destination: dst, gateway: gw })),
  };
}

function unknownNic(ifName: string): PodNic {
  return { ifName, nad: { namespace: "", name: "" }, usesPools: true };
}

function requestOf(nic: PodNic, rule: PoolRule, facts: SelectionFacts, pools: readonly PoolUse[]): NicRequest {
  const { ifName } = nic;
  const exact = planExact(ifName, facts);
  const addresses = ([4, 6] as const).flatMap((family): readonly AddressRequest[] => {
    const exactly = family === 4 ? exact?.ipv4 : exact?.ipv6;
    const isOn = family === 4 ? facts.settings.enableIPv4 : facts.settings.enableIPv6;
    const named = isOn ? resolve(rule.names[family], family, ifName, pools) : [];
    if (named.length > 0) {
      return [addressRequest(nic, family, named, rule, exactly, facts, pools)];
    }
    if (exactly === undefined) return [];
    throw new Error(`Cannot give "${ifName}" the address ${exactly}: it is to get no IPv${family} address`);
  });
  if (addresses.length === 0) throw new Error(`no Interface ${ifName} IP allocation found`);
  return { interface: ifName, cleanGateway: rule.cleanGateway, addresses };
}

function addressRequest(
  nic: PodNic,
  family: IpFamily,
  named: readonly PoolUse[],
  { source }: PoolRule,
  exactly: string | undefined,
  facts: SelectionFacts,
  pools: readonly PoolUse[],
): AddressRequest {
  const reasons = new Map(named.map(({ pool }) => [pool, whyFiltered(pool, family, nic, facts)]));
  const open = named.map(({ pool }) => pool).filter((pool) => reasons.get(pool) === undefined);
  const names = named.map(({ pool }) => pool.name);
  const subnets = named.map(({ pool }) => pool.definition.subnet);
  const isKeepable = ({ pool }: PoolUse): boolean => {
    // The VM's own words move it, and a network whose pools are of another subnet; what others say of defaults does not.
    if (source === "ippools" || source === "ippool") return names.includes(pool.name);
    return source !== "network" || subnets.includes(pool.definition.subnet);
  };
  const said = [...reasons.values()].filter((reason) => reason !== undefined);
  return {
    family,
    pools: inOrder(open).map(({ name }) => name),
    keepOnlyIn: pools.filter(isKeepable).map(({ pool }) => pool.name),
    ...(exactly !== undefined && { exactly }),
    ...(open.length === 0 && {
      noPools: `no IPPool available, all IPv${family} IPPools [${names.join(" ")}] of ${nic.ifName} filtered out: [${said.join(", ")}]`,
    }),
  };
}

/** Names and patterns → pools, each once. */
function resolve(
  names: readonly string[],
  family: IpFamily,
  ifName: string,
  pools: readonly PoolUse[],
): readonly PoolUse[] {
  const found = names.flatMap((name) => {
    if (!isPattern(name)) return [pools.find(({ pool }) => pool.name === name) ?? fail(new UnknownPoolError(name))];
    return pools
      .filter(({ pool }) => pool.subnet.family === family && matchesPattern(name, pool.name))
      .toSorted((a, b) => (a.pool.name < b.pool.name ? -1 : 1));
  });
  const twice = found.find((use, index) => found.indexOf(use) !== index);
  if (twice) throw new Error(`wrong input, duplicate IPPool ${twice.pool.name} specified for NIC ${ifName}`);
  return found;
}

function isNamed(nameOrPattern: string, name: string): boolean {
  return isPattern(nameOrPattern) ? matchesPattern(nameOrPattern, name) : nameOrPattern === name;
}

/** The address and MAC that the pod asks for on an interface, whatever its pools. */
export function planExact(ifName: string, { pod, nics }: SelectionFacts): AddressWish | undefined {
  const position = nics.findIndex((one) => one.ifName === ifName);
  const nad = nics[position]?.nad;
  return parseAddressWishes(pod.annotations).find((wish, index) =>
    wish.provider === undefined
      ? isFor(wish.interface, index, ifName, position)
      : wish.provider === `${nad?.name}.${nad?.namespace}`,
  );
}
