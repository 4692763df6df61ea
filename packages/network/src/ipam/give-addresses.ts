import { formatIp, parseIp } from "@peapod/api";
import type { IpamCall, IpamCallContext, PodIdentity, PodReference } from "./cni-call.ts";
import { UnknownPoolError } from "./errors.ts";
import type { Allocated, Ipam } from "./ipam.ts";
import { type GivenAddresses, routesOf } from "./render/ipam-result.ts";
import { planExact, planSelection, type Selection } from "./selection/plan.ts";
import type { NetworkPools } from "./selection/rules.ts";
import { type AllocateRequest, type Assignment, type FamilyRange, type Owner, ownerKey } from "./types.ts";

/** Looks on the wire of a pod's interface. */
export interface Probes {
  /** @returns the MAC of somebody else who has the address */
  readonly findConflict: (
    netnsPath: string,
    ifName: string,
    address: string,
    signal: AbortSignal,
  ) => Promise<string | undefined>;
  readonly isGatewayReachable: (
    netnsPath: string,
    ifName: string,
    gateway: string,
    signal: AbortSignal,
  ) => Promise<boolean>;
  /** Addresses that others were seen with lately. */
  readonly conflicts: ConflictMemory;
}

/** Remembers addresses that were seen in use, so that the lowest free one is not the same one again. */
export interface ConflictMemory {
  readonly list: () => readonly FamilyRange[];
  readonly add: (address: string) => void;
}

/** What a person should know of an address. */
export interface AddressReport {
  readonly reason: "AddressChanged" | "AddressKept" | "AddressConflict" | "RouteIgnored";
  readonly message: string;
}

export interface Asked {
  readonly call: IpamCall;
  readonly pod: PodReference;
  readonly owner: Owner;
  readonly identity: PodIdentity;
  readonly context: IpamCallContext;
  readonly signal: AbortSignal;
}

/** Gives an interface its addresses: chosen, on disk, and looked for on the wire where that is switched on. */
export async function giveAddresses(asked: Asked): Promise<GivenAddresses> {
  const { call, owner, context } = asked;
  const selection = await withNewPools(context, () => select(asked));
  const { assignments } = await allocateProbed(asked, selection);
  const own = assignments.filter((one) => one.interface === call.ifName);
  sayWhatWasKept(asked, selection, own);
  const before = context.ipam.list({ owner }).filter((held) => held.owner.interface !== call.ifName);
  const order = asked.identity.selection?.nics.map(({ ifName }) => ifName) ?? [];
  const addresses = [
    ...own.map(({ interface: nic, address }) => ({ interface: nic, address })),
    ...before.flatMap((held) => {
      const prefix = context.ipam.pool(held.pool)?.pool.subnet.prefixLength;
      const text = formatIp({ family: held.family, value: held.address });
      return prefix === undefined ? [] : [{ interface: held.owner.interface, address: `${text}/${prefix}` }];
    }),
  ].toSorted((a, b) => order.indexOf(a.interface) - order.indexOf(b.interface));
  return {
    assignments: own,
    cleanGateway: selection.cleanGateway,
    routes: routesOf(call.ifName, selection.routes, addresses),
  };
}

/** A pool that a manifest made just before its first VM may not have reached us yet. */
async function withNewPools<T>({ ipam, findPool }: IpamCallContext, attempt: () => T): Promise<T> {
  for (const tried = new Set<string>(); ; ) {
    try {
      return attempt();
    } catch (error) {
      const name = error instanceof UnknownPoolError && !tried.has(error.pool) ? error.pool : undefined;
      const pool = name === undefined ? undefined : await findPool?.(name);
      if (!pool) throw error;
      tried.add(pool.name);
      await ipam.putPool(pool);
    }
  }
}

function select({ call, identity, context }: Asked): Selection {
  const { ipam, defaultPools, podBridge } = context;
  const network = networkPools(call);
  const isOwnRange = podBridge === undefined || call.config["bridge"] === podBridge;
  const { selection } = identity;
  const named = [network[4], network[6]].filter((names) => names.length > 0);
  if (selection && !(isOwnRange && named.length === 0)) {
    const elsewhere = context.poolsElsewhere?.();
    if (elsewhere !== undefined) {
      throw new Error(
        `Cannot give "${call.ifName}" an address of a pool: the agent of node "${elsewhere}" alone gives them out`,
      );
    }
    const nodeOwn = new Set(defaultPools.flat());
    const pools = ipam.pools().filter(({ pool }) => !nodeOwn.has(pool.name));
    return planSelection(call.ifName, network, selection, pools);
  }
  const lists = named.length > 0 ? named : defaultPools;
  const exact = selection && planExact(call.ifName, selection);
  const addresses = lists.map((pools) => {
    const family = ipam.pool(pools[0] ?? "")?.pool.subnet.family ?? 4;
    return { family, pools, keepOnlyIn: pools, exactly: family === 4 ? exact?.ipv4 : exact?.ipv6 };
  });
  const nic = { interface: call.ifName, addresses };
  return { nics: [nic], cleanGateway: network.cleanGateway, namedPools: lists.flat(), routes: [] };
}

/** At most so many addresses of one pool are tried in one call; the next call goes on after them. */
const maxConflicts = 16;

async function allocateProbed(asked: Asked, selection: Selection): Promise<Allocated> {
  const { call, owner, identity, context, signal, pod } = asked;
  const { ipam, probes } = context;
  const { enableIPConflictDetection, enableGatewayDetection } = identity.selection?.settings ?? {};
  const request: AllocateRequest = {
    owner,
    holder: identity.holder,
    nics: selection.nics,
    reserved: identity.selection?.reserved,
  };
  const conflicting = (): readonly FamilyRange[] => (enableIPConflictDetection ? (probes?.conflicts.list() ?? []) : []);
  let taken: readonly Assignment[] = [];
  try {
    for (let tries = 1; ; tries += 1) {
      const allocated = await ipam.allocate({ ...request, conflicting: conflicting() });
      const own = allocated.assignments.filter((one) => one.interface === call.ifName);
      taken = tries === 1 ? own.filter(({ isNew }) => isNew) : own;
      for (const { from, to, because } of tries === 1 ? allocated.moves : []) {
        const [was, is] = [from, to].map(({ family, address }) => formatIp({ family, value: address }));
        const message = `${to.owner.interface} gets ${is} of pool "${to.pool}" instead of ${was}: ${because}`;
        context.report?.(pod, { reason: "AddressChanged", message });
      }
      const conflict = enableIPConflictDetection && probes ? await findConflict(own, call, probes, signal) : undefined;
      if (!conflict) {
        if (enableGatewayDetection && probes) await requireGateways(own, call, probes, signal);
        return allocated;
      }
      const { assignment, mac } = conflict;
      const [address = ""] = assignment.address.split("/");
      const said = `ip conflict: pod's interface ${call.ifName} with an conflicting ip ${address}, ${address} is located at ${mac}`;
      // Whoever had it before has told the world: it does not move, it says so.
      if (!taken.includes(assignment) || tries >= maxConflicts) throw new Error(said);
      probes?.conflicts.add(address);
      context.report?.(pod, { reason: "AddressConflict", message: said });
    }
  } catch (error) {
    await giveBack(ipam, owner, taken);
    throw error;
  }
}

/** What was taken in a call that failed was never used. */
async function giveBack(ipam: Ipam, owner: Owner, taken: readonly Assignment[]): Promise<void> {
  for (const { interface: nic, address } of taken) {
    const { family } = parseIp(address.split("/")[0] ?? "");
    await ipam.release({ ...owner, interface: nic, family });
  }
}

async function findConflict(own: readonly Assignment[], call: IpamCall, probes: Probes, signal: AbortSignal) {
  for (const assignment of own) {
    const [address = ""] = assignment.address.split("/");
    const mac = await probes.findConflict(call.netns, call.ifName, address, signal);
    if (mac !== undefined) return { assignment, mac };
  }
  return undefined;
}

async function requireGateways(
  own: readonly Assignment[],
  call: IpamCall,
  probes: Probes,
  signal: AbortSignal,
): Promise<void> {
  for (const { gateway } of own) {
    if (gateway === undefined) continue;
    if (!(await probes.isGatewayReachable(call.netns, call.ifName, gateway, signal))) {
      throw new Error(`gateway ${gateway} is unreachable`);
    }
  }
}

function sayWhatWasKept({ context, pod, owner }: Asked, selection: Selection, own: readonly Assignment[]): void {
  for (const { interface: nic, address, pool, isNew } of own) {
    if (isNew || selection.namedPools.includes(pool)) continue;
    const named = selection.namedPools.map((name) => `"${name}"`).join(", ");
    const message = `${nic} of ${ownerKey(owner)} keeps ${address} of pool "${pool}", though its pools are ${named} now`;
    context.report?.(pod, { reason: "AddressKept", message });
  }
}

/** The `ipam` section of the network. */
function networkPools({ config }: IpamCall): NetworkPools {
  const ipam = typeof config["ipam"] === "object" && config["ipam"] !== null ? { ...config["ipam"] } : {};
  const section: Readonly<Record<string, unknown>> = ipam;
  const list = (key: string): readonly string[] => (Array.isArray(section[key]) ? section[key].map(String) : []);
  return {
    4: list("default_ipv4_ippool"),
    6: list("default_ipv6_ippool"),
    cleanGateway: section["clean_gateway"] === true,
  };
}
