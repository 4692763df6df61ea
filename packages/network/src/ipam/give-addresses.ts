import { containsIp, formatIp, parseIp } from "@peapod/api";
import { defineCheckpoints, reached } from "@peapod/machinery/node";
import { ipamSection } from "../cni/ipam-section.ts";
import type { IpamCall, IpamCallContext, PodIdentity, PodReference } from "./cni-call.ts";
import { UnknownPoolError } from "./errors.ts";
import type { Allocated } from "./ipam.ts";
import { planExact, planSelection, type Selection } from "./selection/plan.ts";
import type { NetworkPools } from "./selection/rules.ts";
import { type AllocateRequest, type Assignment, type FamilyRange, type Move, type Owner, ownerKey } from "./types.ts";

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

defineCheckpoints(["ipam/taken", "ipam/proven"]);

/** Gives an interface its addresses: chosen, on disk, and looked for on the wire where that is switched on. */
export async function giveAddresses(asked: Asked): Promise<readonly Assignment[]> {
  const selection = await withNewPools(asked.context, () => select(asked));
  const { assignments, moves } = await allocateProbed(asked, selection);
  const own = assignments.filter((one) => one.interface === asked.call.ifName);
  sayWhatMoved(asked, moves);
  sayWhatWasKept(asked, selection, own);
  sayWhatIsIgnored(asked, selection);
  return own;
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
  const nic = { interface: call.ifName, addresses, cleanGateway: network.cleanGateway };
  return { nics: [nic], namedPools: lists.flat(), routes: [] };
}

/** At most so many addresses of one pool are tried in one call; the next call goes on after them. */
const maxConflicts = 16;

/**
 * Where the wire is looked at, new addresses are on trial until nobody else was found to have them: a call that fails gives up what it
 * has on trial, and one that comes after a crash goes on with it as the first would have. Whatever an interface was told of before is
 * its own: it does not move, it says so.
 */
async function allocateProbed(asked: Asked, selection: Selection): Promise<Allocated> {
  const { call, owner, identity, context, signal, pod } = asked;
  const { ipam, probes } = context;
  const { enableIPConflictDetection = false, enableGatewayDetection = false } = identity.selection?.settings ?? {};
  const nic = { ...owner, interface: call.ifName };
  const request: AllocateRequest = {
    owner,
    holder: identity.holder,
    nics: selection.nics,
    asking: call.ifName,
    routes: selection.routes,
    order: identity.selection?.nics.map(({ ifName }) => ifName),
    reserved: identity.selection?.reserved,
    isTrial: probes !== undefined && (enableIPConflictDetection || enableGatewayDetection),
  };
  const conflicting = (): readonly FamilyRange[] => (enableIPConflictDetection ? (probes?.conflicts.list() ?? []) : []);
  try {
    for (let tries = 1; ; tries += 1) {
      const allocated = await ipam.allocate({ ...request, conflicting: conflicting() });
      reached("ipam/taken");
      const own = allocated.assignments.filter((one) => one.interface === call.ifName);
      const conflict = enableIPConflictDetection && probes ? await findConflict(own, call, probes, signal) : undefined;
      if (!conflict) {
        if (enableGatewayDetection && probes) await requireGateways(own, call, probes, signal);
        if (own.some(({ isOnTrial }) => isOnTrial)) {
          await ipam.prove(nic);
          reached("ipam/proven");
        }
        return allocated;
      }
      const { assignment, mac } = conflict;
      const [address = ""] = assignment.address.split("/");
      const said = `ip conflict: pod's interface ${call.ifName} with an conflicting ip ${address}, ${address} is located at ${mac}`;
      if (!assignment.isOnTrial || isAskedExactly(selection, assignment) || tries >= maxConflicts)
        throw new Error(said);
      probes?.conflicts.add(address);
      context.report?.(pod, { reason: "AddressConflict", message: said });
    }
  } catch (error) {
    if (request.isTrial) await ipam.release(nic, { onTrial: true });
    throw error;
  }
}

/** Asking for another one would be no answer to it. */
function isAskedExactly({ nics }: Selection, { interface: name, address }: Assignment): boolean {
  const family = address.includes(":") ? 6 : 4;
  const asked = nics.find((nic) => nic.interface === name)?.addresses;
  return asked?.some((one) => one.family === family && one.exactly !== undefined) ?? false;
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

/** Those of other interfaces move when these ask, where they have to be proven first. */
function sayWhatMoved({ call, context, pod }: Asked, moves: readonly Move[]): void {
  for (const { from, to, because } of moves) {
    if (to.isOnTrial && to.owner.interface !== call.ifName) continue;
    const [was, is] = [from, to].map(({ family, address }) => formatIp({ family, value: address }));
    const message = `${to.owner.interface} gets ${is} of pool "${to.pool}" instead of ${was}: ${because}`;
    context.report?.(pod, { reason: "AddressChanged", message });
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

/** Once the pod's last interface has its addresses: a route whose gateway is in the subnet of none of them is nobody's. */
function sayWhatIsIgnored({ context, pod, owner, identity }: Asked, { routes }: Selection): void {
  const { ipam } = context;
  const held = ipam.list({ owner });
  const nics = identity.selection?.nics.filter(({ usesPools }) => usesPools) ?? [];
  if (nics.some(({ ifName }) => !held.some((one) => one.owner.interface === ifName && one.handedOut))) return;
  for (const { destination, gateway } of routes) {
    const router = parseIp(gateway);
    const isTold = held.some(({ pool }) => {
      const subnet = ipam.pool(pool)?.pool.subnet;
      return subnet !== undefined && containsIp(subnet, router);
    });
    if (isTold) continue;
    const message = `the route to ${destination} is left out: its gateway ${gateway} is in the subnet of none of the pod's addresses`;
    context.report?.(pod, { reason: "RouteIgnored", message });
  }
}

/** The `ipam` section of the network. */
function networkPools({ config }: IpamCall): NetworkPools {
  const section = ipamSection(config);
  const list = (key: string): readonly string[] => (Array.isArray(section[key]) ? section[key].map(String) : []);
  return {
    4: list("default_ipv4_ippool"),
    6: list("default_ipv6_ippool"),
    cleanGateway: section["clean_gateway"] === true,
  };
}
