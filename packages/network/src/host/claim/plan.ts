import { type Cidr, formatCidr, overlaps, parseCidr } from "@peapod/api";

/** The pod network of all nodes, of which each takes a /24. */
export const podNetwork = "10.244.0.0/16";

/** Guests' user ids come from blocks of this many; the n-th guest of an instance has the n-th id of its block. */
export const uidsPerBlock = 4096;
/** The first id that neither people, nor services, nor systemd's containers use; blocks end below 0x7ffe0000. */
const firstUid = 0x7000_0000;
const blocks = 65_000;

/** What one instance holds on this machine. */
export interface InstanceClaim {
  readonly instance: string;
  readonly dataDir: string;
  /** The machine's network namespace it lives in: ranges meet only inside of one. */
  readonly netns: string;
  /** `10.244.3.0/24` */
  readonly podSubnet: string;
  readonly firstUid: number;
  /** Its agent: pid and start time. */
  readonly process: { readonly pid: number; readonly startTime: string };
}

export interface ClaimFacts {
  readonly instance: string;
  readonly dataDir: string;
  readonly netns: string;
  readonly process: InstanceClaim["process"];
  /** What all instances hold, those that are gone left out. */
  readonly claims: readonly InstanceClaim[];
  /** The range of the instance's earlier life, which its VMs' addresses come from. */
  readonly kept: string | undefined;
  /** Destinations of the machine's routes, our own bridge's left out. */
  readonly routes: readonly string[];
}

/**
 * What an instance takes: the range and user ids that it has or had, else the first /24 that no route of the machine and no other
 * instance uses, and a block of user ids that follows from its name, or the next free one.
 *
 * @throws {Error} when the pod network is used up
 */
export function planClaim(facts: ClaimFacts): InstanceClaim {
  const others = facts.claims.filter(({ instance }) => instance !== facts.instance);
  const mine = facts.claims.find(({ instance }) => instance === facts.instance);
  const used = [
    ...others.filter(({ netns }) => netns === facts.netns).map(({ podSubnet }) => podSubnet),
    // A default route covers everything and so says nothing.
    ...facts.routes.filter((route) => !route.endsWith("/0")),
  ].map(parseCidr);
  const isFree = (subnet: Cidr): boolean => !used.some((other) => overlaps(other, subnet));
  const whole = parseCidr(podNetwork);
  const candidates = Array.from({ length: 256 }, (_, n) => ({
    family: 4 as const,
    base: whole.base + BigInt(n) * 256n,
    prefixLength: 24,
  }));
  const kept = facts.kept === undefined ? undefined : parseCidr(facts.kept);
  const subnet = kept && isFree(kept) ? kept : candidates.find(isFree);
  if (!subnet) {
    throw new Error(
      `Cannot find a range for pods: every /24 of ${podNetwork} is used by a route or another instance of this machine`,
    );
  }
  const taken = new Set(others.map((claim) => claim.firstUid));
  const wanted = Number.parseInt(facts.instance.slice(-4), 16) % blocks;
  const block = Array.from({ length: blocks }, (_, n) => firstUid + ((wanted + n) % blocks) * uidsPerBlock).find(
    (uid) => !taken.has(uid),
  );
  return {
    instance: facts.instance,
    dataDir: facts.dataDir,
    netns: facts.netns,
    podSubnet: formatCidr(subnet),
    firstUid: mine?.firstUid ?? block ?? firstUid,
    process: facts.process,
  };
}
