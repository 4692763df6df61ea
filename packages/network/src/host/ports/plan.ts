import { bridgesOf } from "../../cni/bridges-of.ts";
import type { CniAttachment, CniNetwork, CniResult } from "../../cni/types.ts";
import type { Link } from "../../link/types.ts";
import { isMadeName } from "../../render/host-names.ts";
import type { PortTrouble, PortTroubles } from "./types.ts";

/** What plugins made of an interface, as they said. */
export interface Attached {
  readonly attachment: Pick<CniAttachment, "containerId" | "ifName">;
  readonly network: Pick<CniNetwork, "plugins">;
  readonly result?: Pick<CniResult, "interfaces"> | undefined;
}

/**
 * Which pods' interfaces end in a link of the node that carries nothing. A port that is on another bridge than its network's is where
 * somebody wants it.
 *
 * @param links  the node's
 * @param ownBridge  the pod network's, which is ours to set up
 */
export function planPorts(attached: readonly Attached[], links: readonly Link[], ownBridge: string): PortTroubles {
  const byName = new Map(links.map((link) => [link.name, link]));
  const troubles = new Map<string, Map<string, PortTrouble>>();
  for (const { attachment, network, result } of attached) {
    const [bridge] = bridgesOf(network);
    const port = findPort(result, byName, bridge);
    const trouble = port && troubleOf(port, byName, { bridge, ownBridge });
    if (!trouble) continue;
    const { containerId, ifName } = attachment;
    troubles.set(containerId, (troubles.get(containerId) ?? new Map<string, PortTrouble>()).set(ifName, trouble));
  }
  return troubles;
}

function findPort(
  result: Attached["result"],
  links: ReadonlyMap<string, Link>,
  bridge: string | undefined,
): Link | undefined {
  return result?.interfaces
    .flatMap(({ name, sandbox }) => (sandbox === undefined && name !== bridge ? [links.get(name)] : []))
    .find((link) => link?.kind === "veth");
}

function troubleOf(
  { name, master, isUp }: Link,
  links: ReadonlyMap<string, Link>,
  { bridge, ownBridge }: { readonly bridge: string | undefined; readonly ownBridge: string },
): PortTrouble | undefined {
  if (bridge !== undefined && master === undefined) return { is: "loose", link: name, bridge };
  const above = master === undefined ? undefined : links.get(master);
  // What the kernel routes to a link that is set down is gone when it is up again; what a switch hands it is not.
  if (!isUp) return { is: "down", link: name, next: switches.has(above?.kind ?? "") ? "raise" : "attach" };
  // Open vSwitch's own link is down by design.
  if (above?.kind !== "bridge" || above.isUp) return undefined;
  const isMade = above.alternativeNames.some(isMadeName);
  // Its IPv6 addresses went, and its plugin knows them.
  return { is: "down", link: above.name, next: above.name === ownBridge ? "raise" : isMade ? "attach" : "wait" };
}

const switches = new Set(["bridge", "openvswitch"]);
