import { type CoordinatorFacts, familyOf, vethName } from "../facts.ts";
import { scope, whole } from "./words.ts";

/**
 * The node sends what is for these addresses into this link, without asking who is there. A guest behind a bridge or a macvtap is on the
 * wire itself: the way through its pod would end there.
 */
export function reachable(
  { nic, addresses, settings }: CoordinatorFacts,
  link: string,
  mac: string,
): readonly string[] {
  if ([...settings.bridged, ...settings.macvtap].includes(nic)) return [];
  return addresses.flatMap((own) => [
    `neigh replace ${own} lladdr ${mac} dev ${link} nud permanent`,
    `route replace ${whole(own)} dev ${link}${scope(own)} table ${settings.hostTable}`,
  ]);
}

/** What the pod itself reaches through its node: by which hop, and from which of its addresses. */
export function hijacked({ settings, host, addresses }: CoordinatorFacts, families: readonly (4 | 6)[]) {
  return settings.hijack.flatMap((cidr) => {
    const family = familyOf(cidr);
    const hop = host.sources[family];
    const source = addresses.find((own) => familyOf(own) === family);
    return families.includes(family) && hop !== undefined && source !== undefined ? [{ cidr, hop, source }] : [];
  });
}

/**
 * A bridged guest is told its interface's routes, and has no `veth0`: what goes through the node goes there over the wire, where the node
 * has an address on it. One way is enough for a guest with several such interfaces. (A macvtap on one of the node's NICs never reaches
 * that NIC's own addresses.)
 */
export function hijackedForGuest({ settings, nic, pod, host }: CoordinatorFacts): readonly string[] {
  const { neighbour } = host;
  if (neighbour === undefined || !settings.bridged.includes(nic)) return [];
  const isFree = (cidr: string): boolean => {
    if (cidr.startsWith("169.254.")) return false; // no guest sends what is link-local to a router
    const others = pod.routes.filter(({ dst, table, device }) => dst === cidr && table === "main" && device !== nic);
    const isSpare = settings.bridged.includes(settings.firstNic);
    return others.every(({ device }) => device === vethName && isSpare);
  };
  return settings.hijack
    .filter((cidr) => familyOf(cidr) === 4 && isFree(cidr))
    .map((cidr) => `route replace ${cidr} via ${neighbour} dev ${nic}`);
}
