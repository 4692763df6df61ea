import {
  type Attachment,
  dnsmasqFiles,
  findDnsmasq,
  type Links,
  type Loss,
  type PortTrouble,
  planLoss,
  readLinks,
  readSeenAddresses,
  SeenAddresses,
} from "@peapod/network";
import type { SeenLoss } from "../types.ts";
import { nodeLinkNames } from "./node-links.ts";
import type { PortWatch } from "./port-watch.ts";
import type { Pulse } from "./pulse.ts";

export interface WireWatchOptions {
  /** QEMU's: its namespace is the pod's. */
  readonly pid: number;
  readonly podUid: string;
  readonly netnsPath: string;
  readonly runDir: string;
  readonly attachments: readonly Attachment[];
  readonly pulse: Pick<Pulse, "onBeat">;
  readonly ports: Pick<PortWatch, "follow" | "troublesOf" | "look">;
  /** Names of pod interfaces whose port their network lost; no links tell of those. */
  readonly findLostPorts: (signal: AbortSignal) => Promise<ReadonlySet<string>>;
  readonly onChange: () => void;
  /** The guest uses an address that it did not use before: its agent knows more. */
  readonly onNewAddress: () => void;
  readonly onError: (error: unknown) => void;
}

/** How often a mended interface failed, and how. */
interface Trouble {
  readonly attempts: number;
  readonly triedAt: Date;
  /** A sentence for people. */
  readonly because: string;
  readonly isFinal: boolean;
  /** The node's links then: when they are others, it may be worth another attempt. */
  readonly nodeLinks: string;
  readonly isDue: boolean;
}

/**
 * Looks at a running guest's interfaces: whether all that they are made of is there, and which addresses the guest uses where nobody here
 * gave it one. Looking is reading a file of /proc at every beat; programs and sockets are asked for what that file does not tell, seldom.
 */
export class WireWatch implements Disposable {
  /** By interface: addresses that the guest was seen to use. */
  readonly seenAddresses = new Map<string, readonly string[]>();
  readonly #options: WireWatchOptions;
  readonly #seen: readonly SeenAddresses[];
  readonly #troubles = new Map<string, Trouble>();
  readonly #stop = new AbortController();
  readonly #beats: Disposable;
  readonly #following: Disposable;
  #unlinked: { readonly lostPorts: ReadonlySet<string>; readonly unserved: ReadonlySet<string> } = {
    lostPorts: new Set(),
    unserved: new Set(),
  };
  /** What was missing when somebody last asked. */
  #known = "";
  #beat = 0;
  #deepLooks = 0;

  constructor(options: WireWatchOptions) {
    this.#options = options;
    this.#seen = options.attachments.flatMap((attachment) => this.#follow(attachment));
    this.#beats = options.pulse.onBeat(() => this.#look());
    this.#following = options.ports.follow();
  }

  /**
   * What is missing now. Troubles of what is there again are forgotten.
   *
   * @param unfinished  names of interfaces whose mending was begun
   */
  losses(unfinished: readonly string[] = []): readonly SeenLoss[] {
    const links = readLinks(this.#options.pid);
    this.#known = JSON.stringify(this.#find(links));
    const losses = this.#find(links, new Set(unfinished));
    for (const name of this.#troubles.keys())
      if (!losses.some((loss) => loss.name === name)) this.#troubles.delete(name);
    return losses.map((loss) => {
      const { attempts = 0, triedAt, because, isFinal = false, isDue = false } = this.#troubles.get(loss.name) ?? {};
      return { ...loss, attempts, triedAt, because, isFinal, isDue };
    });
  }

  /** @param how.isFinal  no other attempt will do better */
  failed(name: string, how: Pick<Trouble, "because" | "isFinal" | "triedAt">): void {
    const attempts = (this.#troubles.get(name)?.attempts ?? 0) + 1;
    this.#troubles.set(name, { ...how, attempts, nodeLinks: nodeLinkNames(), isDue: false });
  }

  /** Asks what no link in the pod tells: the node's ends, ports of switches, DHCP servers that died. */
  async lookDeeper(): Promise<void> {
    await Promise.all([this.#options.ports.look(), this.#ask()]);
  }

  /** What is wrong with the network's end of an interface, by its name in the pod. */
  portTrouble(podInterfaceName: string): PortTrouble | undefined {
    if (this.#unlinked.lostPorts.has(podInterfaceName)) return { is: "forgotten" };
    return this.#options.ports.troublesOf(this.#options.podUid).get(podInterfaceName);
  }

  async #ask(): Promise<void> {
    const { runDir, attachments, findLostPorts } = this.#options;
    this.#deepLooks += 1;
    const which = this.#deepLooks;
    const served = attachments.filter(({ leaseFile }) => leaseFile !== undefined).map((one) => one.podInterfaceName);
    const pids = await Promise.all(served.map((name) => findDnsmasq(dnsmasqFiles(runDir, name))));
    const lostPorts = await findLostPorts(this.#stop.signal);
    // A later one knows better.
    if (which !== this.#deepLooks) return;
    this.#unlinked = { lostPorts, unserved: new Set(served.filter((_, index) => pids[index] === undefined)) };
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    this.#beats[Symbol.dispose]();
    this.#following[Symbol.dispose]();
  }

  #follow({ name, addressWatch }: Attachment): readonly SeenAddresses[] {
    if (addressWatch === undefined) return [];
    const { netnsPath, onChange, onNewAddress, onError } = this.#options;
    const { signal } = this.#stop;
    return [
      new SeenAddresses({
        read: () => readSeenAddresses(netnsPath, addressWatch, signal),
        onSeen: (addresses) => {
          this.seenAddresses.set(name, addresses);
          onNewAddress();
          onChange();
        },
        onError: (error) => !signal.aborted && onError(error),
        now: () => performance.now(),
      }),
    ];
  }

  #look(): void {
    const links = readLinks(this.#options.pid);
    if (!links) return;
    for (const seen of this.#seen) seen.look(links);
    this.#beat += 1;
    if (this.#beat % beatsBetweenDeepLooks === 0) {
      void this.#ask().catch((error: unknown) => !this.#stop.signal.aborted && this.#options.onError(error));
    }
    const missing = this.#find(links);
    // Told until somebody asks: what was mended and is lost once more looks as before.
    const isNews = missing.length > 0 && JSON.stringify(missing) !== this.#known;
    const isWorthAnother = this.#troubles.size > 0 && this.#markDue();
    if (isNews || isWorthAnother) this.#options.onChange();
  }

  /** A parent that came back is a link that was not there. */
  #markDue(): boolean {
    const now = nodeLinkNames();
    const due = [...this.#troubles].filter(
      ([, { isFinal, isDue, nodeLinks }]) => !isFinal && !isDue && nodeLinks !== now,
    );
    for (const [name, trouble] of due) this.#troubles.set(name, { ...trouble, nodeLinks: now, isDue: true });
    return due.length > 0;
  }

  #find(links: Links | undefined, unfinished: ReadonlySet<string> = new Set()): readonly Loss[] {
    if (!links) return [];
    const { unserved } = this.#unlinked;
    const ports = { get: (name: string) => this.portTrouble(name) };
    const wires = { links, ports, unserved, unfinished };
    return this.#options.attachments
      .map((attachment) => planLoss(attachment, wires))
      .filter((loss) => loss !== undefined);
  }
}

/** Some ten seconds. */
const beatsBetweenDeepLooks = 15;
