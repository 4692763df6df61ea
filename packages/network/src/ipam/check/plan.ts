import { formatIp, isInRanges, parseIpWithPrefix, type SpiderEndpoint, type SpiderIPPool } from "@peapod/api";
import { isJsonEqual } from "@peapod/machinery";
import { renderEndpoint } from "../../controllers/endpoints/render/endpoint.ts";
import { renderPoolDefinition } from "../../controllers/ip-pools/render/definition.ts";
import { renderPoolStatus } from "../../controllers/ip-pools/render/status.ts";
import type { PoolUse } from "../allocate.ts";
import { type Allocation, nicKey, type Owner, ownerKey } from "../types.ts";

/** Addresses as everybody has them who has a word in it. */
export interface CheckFacts {
  readonly allocations: readonly Allocation[];
  readonly pools: readonly PoolUse[];
  readonly macsOf: (owner: Owner) => ReadonlyMap<string, string>;
  /** The node's own range, which is no object. */
  readonly ownPool: string;
  readonly poolObjects: readonly SpiderIPPool[];
  readonly endpoints: readonly SpiderEndpoint[];
  /** VMs and VMIs there are, as `namespace/name`. */
  readonly machines: ReadonlySet<string>;
  /** Pods on this node, and what their interfaces have. */
  readonly pods: readonly PodAddresses[];
}

export interface PodAddresses {
  readonly owner: Owner;
  readonly interfaces: readonly { readonly name: string; readonly addresses: readonly string[] }[];
}

export interface Disagreement {
  readonly about: "pool" | "endpoint" | "pod" | "owner";
  /** `10-7-v4`, `default/web` */
  readonly name: string;
  readonly message: string;
}

/** Where pools, endpoints, the allocator and running pods do not agree; empty: they do. */
export function checkAddresses(facts: CheckFacts): readonly Disagreement[] {
  return [...checkPools(facts), ...checkEndpoints(facts), ...checkPods(facts), ...checkOwners(facts)];
}

function checkPools({ pools, poolObjects, allocations, ownPool }: CheckFacts): readonly Disagreement[] {
  const say = (name: string, message: string): Disagreement => ({ about: "pool", name, message });
  const gone = pools
    .filter(({ pool }) => pool.name !== ownPool && !poolObjects.some(({ metadata }) => metadata.name === pool.name))
    .map(({ pool, used }) =>
      say(pool.name, `the allocator has it with ${used} addresses held, and there is no such IPPool`),
    );
  const different = poolObjects.flatMap((object) => {
    const { name = "" } = object.metadata;
    const use = pools.find(({ pool }) => pool.name === name);
    if (!use) return [say(name, "the allocator does not know it")];
    const held = allocations.filter(({ pool }) => pool === name);
    const status = renderPoolStatus(use.pool.size, held);
    return [
      ...(isJsonEqual(use.pool.definition, renderPoolDefinition(object))
        ? []
        : [say(name, "the allocator has an older version of it")]),
      ...(isJsonEqual(object.status, status)
        ? []
        : [say(name, `its status says ${object.status?.allocatedIPCount ?? 0} held, the allocator ${held.length}`)]),
    ];
  });
  return [...gone, ...different];
}

function checkEndpoints({ allocations, endpoints, pools, macsOf, ownPool }: CheckFacts): readonly Disagreement[] {
  const say = (name: string, message: string): Disagreement => ({ about: "endpoint", name, message });
  const wanted = new Map<string, SpiderEndpoint>();
  const owners = new Map(allocations.map(({ owner }) => [ownerKey(owner), owner]));
  for (const [key, owner] of owners) {
    const held = allocations.filter((one) => ownerKey(one.owner) === key && one.pool !== ownPool);
    const poolOf = (name: string) => pools.find(({ pool }) => pool.name === name);
    const endpoint = renderEndpoint(owner, held, poolOf, macsOf(owner));
    if (endpoint) wanted.set(`${owner.namespace}/${owner.name}`, endpoint);
  }
  const extra = endpoints
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
    .filter((key) => !wanted.has(key))
    .map((key) => say(key, "there is a SpiderEndpoint, and the allocator has nothing of it"));
  const others = [...wanted].flatMap(([key, endpoint]) => {
    const there = endpoints.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === key);
    if (!there) return [say(key, "it holds addresses, and there is no SpiderEndpoint")];
    return isJsonEqual(there.status, endpoint.status)
      ? []
      : [say(key, "its SpiderEndpoint is not what the allocator has")];
  });
  return [...extra, ...others];
}

function checkPods({ pods, pools, allocations }: CheckFacts): readonly Disagreement[] {
  const holders = new Map(allocations.map((one) => [formatIp({ family: one.family, value: one.address }), one]));
  const users = new Map<string, string>();
  return pods.flatMap(({ owner, interfaces }) =>
    interfaces.flatMap(({ name, addresses }) =>
      addresses.flatMap((text): readonly Disagreement[] => {
        const nic = nicKey({ ...owner, interface: name });
        const { ip } = parseIpWithPrefix(text);
        const address = formatIp(ip);
        const say = (message: string): Disagreement => ({
          about: "pod",
          name: nic,
          message: `it uses ${address}, ${message}`,
        });
        const other = users.get(address);
        users.set(address, nic);
        if (other !== undefined) return [say(`and so does ${other}`)];
        const holder = holders.get(address);
        if (holder) return nicKey(holder.owner) === nic ? [] : [say(`which ${nicKey(holder.owner)} holds`)];
        const use = pools.find(({ pool }) => pool.subnet.family === ip.family && isInRanges(pool.usable, ip.value));
        return use ? [say(`which is of pool "${use.pool.name}" and held by nobody`)] : [];
      }),
    ),
  );
}

function checkOwners({ allocations, machines, pods }: CheckFacts): readonly Disagreement[] {
  const present = new Set(pods.map(({ owner }) => ownerKey(owner)));
  const owners = new Map(allocations.map(({ owner }) => [ownerKey(owner), owner]));
  return [...owners]
    .filter(([key, { kind }]) => !present.has(key) && !(kind === "vm" && machines.has(key)))
    .map(([key]) => {
      const held = allocations.filter(({ owner }) => ownerKey(owner) === key);
      const texts = held.map(({ family, address }) => formatIp({ family, value: address }));
      return {
        about: "owner",
        name: key,
        message: `it holds ${texts.join(", ")}, and there is no such machine or pod`,
      };
    });
}
