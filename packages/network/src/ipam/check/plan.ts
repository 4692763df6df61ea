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
  const heldOf = Map.groupBy(allocations, ({ pool }) => pool);
  const gone = pools
    .filter(({ pool }) => pool.name !== ownPool && !poolObjects.some(({ metadata }) => metadata.name === pool.name))
    .map(({ pool, used }) =>
      say(pool.name, `the allocator has it with ${used} addresses held, and there is no such IPPool`),
    );
  const different = poolObjects.flatMap((object) => {
    const { name = "" } = object.metadata;
    const use = pools.find(({ pool }) => pool.name === name);
    if (!use) return [say(name, "the allocator does not know it")];
    const held = heldOf.get(name) ?? [];
    const status = renderPoolStatus(use.pool.size, held.length, () => held);
    return [
      ...(isJsonEqual(use.pool.definition, renderPoolDefinition(object))
        ? []
        : [say(name, "the allocator has an older version of it")]),
      ...(isJsonEqual(object.status, status)
        ? []
        : [say(name, `its status says ${object.status?.allocatedIPCount ?? 0} held, the allocator ${held.length}`)]),
    ];
  });
  const strays = pools.flatMap(({ pool }) =>
    (heldOf.get(pool.name) ?? [])
      .filter(({ address }) => !isInRanges(pool.usable, address))
      .map(({ family, address, owner }) => {
        const text = formatIp({ family, value: address });
        return say(pool.name, `it does not have ${text} any more, which ${nicKey(owner)} holds until its next start`);
      }),
  );
  return [...gone, ...different, ...strays];
}

function checkEndpoints({ allocations, endpoints, pools, macsOf, ownPool }: CheckFacts): readonly Disagreement[] {
  const say = (name: string, message: string): Disagreement => ({ about: "endpoint", name, message });
  const wanted = new Map<string, SpiderEndpoint>();
  const byName = new Map(pools.map((use) => [use.pool.name, use]));
  const ofPools = allocations.filter(({ pool }) => pool !== ownPool);
  for (const held of Map.groupBy(ofPools, ({ owner }) => ownerKey(owner)).values()) {
    const owner = held[0]?.owner;
    const endpoint = owner && renderEndpoint(owner, held, (name) => byName.get(name), macsOf(owner));
    if (endpoint) wanted.set(`${owner.namespace}/${owner.name}`, endpoint);
  }
  const present = new Map(endpoints.map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one]));
  const extra = [...present.keys()]
    .filter((key) => !wanted.has(key))
    .map((key) => say(key, "there is a SpiderEndpoint, and the allocator has nothing of it"));
  const others = [...wanted].flatMap(([key, endpoint]) => {
    const there = present.get(key);
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
  return [...Map.groupBy(allocations, ({ owner }) => ownerKey(owner))]
    .filter(([key, [first]]) => !present.has(key) && !(first?.owner.kind === "vm" && machines.has(key)))
    .map(([key, held]) => {
      const texts = held.map(({ family, address }) => formatIp({ family, value: address }));
      return {
        about: "owner",
        name: key,
        message: `it holds ${texts.join(", ")}, and there is no such machine or pod`,
      };
    });
}
