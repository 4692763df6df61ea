import type { Attachment } from "../../attachment.ts";
import type { PortTrouble } from "../../host/ports/types.ts";
import { bindingNames } from "../../render/binding/names.ts";

/** What a running guest's interface misses in its pod. */
export interface Loss {
  /** The interface's name in the VMI spec. */
  readonly name: string;
  readonly podInterfaceName: string;
  /** Links that are gone. */
  readonly links: readonly string[];
  /** What is wrong with the network's end of a pod interface that is there. */
  readonly port?: PortTrouble | undefined;
  /** That end has to be made anew, and with it the pod's. */
  readonly isCut: boolean;
  /** The pod is not on its network any more: its interface went, or the network's end of it. */
  readonly isDetached: boolean;
  /** The guest's DHCP server is gone, or listens on what is gone. */
  readonly isUnserved: boolean;
  /** QEMU's end is gone, and its descriptor leads nowhere. */
  readonly isUnplugged: boolean;
}

/** What is to be seen of a pod. */
export interface PodWires {
  /** Names of the links in its namespace. */
  readonly links: Pick<ReadonlySet<string>, "has">;
  /** By the interface's name: what is wrong with its network's end. */
  readonly ports: Pick<ReadonlyMap<string, PortTrouble>, "get">;
  /** Names of its interfaces whose DHCP server does not run. */
  readonly unserved: Pick<ReadonlySet<string>, "has">;
  /** Names (of the spec) of interfaces whose mending was begun and is not finished: links are there before they are wired. */
  readonly unfinished: Pick<ReadonlySet<string>, "has">;
}

/** @returns undefined when nothing is missing */
export function planLoss(attachment: Attachment, { links, ports, unserved, unfinished }: PodWires): Loss | undefined {
  const { name, podInterfaceName } = attachment;
  const { carrier, server, tap, shown } = linksOf(attachment);
  const expected = new Set([carrier, shown, server, tap].filter((link) => link !== undefined));
  const gone = [...expected].filter((link) => !links.has(link));
  const port = ports.get(podInterfaceName);
  const isCut = port !== undefined && (port.is !== "down" || port.next === "attach");
  const isUnserved = unserved.has(podInterfaceName) || (server !== undefined && gone.includes(server));
  if (gone.length === 0 && !port && !isUnserved && !unfinished.has(name)) return undefined;
  return {
    name,
    podInterfaceName,
    links: gone,
    ...(port && { port }),
    isCut,
    isDetached: isCut || gone.includes(carrier),
    isUnserved,
    isUnplugged: tap !== undefined && gone.includes(tap),
  };
}

interface InterfaceLinks {
  /** The guest's frames leave the pod by it. */
  readonly carrier: string;
  /** The pod interface's name, kept for those who look it up. */
  readonly shown?: string;
  /** Where the guest's DHCP server listens. */
  readonly server?: string;
  readonly tap?: string;
}

function linksOf({ binding, podInterfaceName, backend, leaseFile }: Attachment): InterfaceLinks {
  const { nic, bridge } = bindingNames(podInterfaceName);
  switch (backend.type) {
    case "stream":
      return { carrier: podInterfaceName };
    case "macvtap":
      // It stands on the wire itself: the pod's own interface may go without the guest noticing.
      return { carrier: backend.ifName, tap: backend.ifName, ...(leaseFile !== undefined && { server: bridge }) };
    case "tap":
      return binding === "bridge"
        ? { carrier: nic, shown: podInterfaceName, server: bridge, tap: backend.ifName }
        : { carrier: podInterfaceName, server: bridge, tap: backend.ifName };
  }
}
