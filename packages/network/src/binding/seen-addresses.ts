import { isLinkLocal, parseIp } from "@peapod/api";
import { run } from "@peapod/machinery/node";
import type { Links } from "../link/link-names.ts";

/** Addresses that a guest was seen to use, the last one first; without link-local ones. */
export async function readSeenAddresses(
  netnsPath: string,
  table: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const argv = ["nsenter", `--net=${netnsPath}`, "nft", "--json", "list", "table", ...table.split(" ")];
  const { stdout } = await run(argv, { signal, timeoutMs: 20_000 });
  return parseSeenAddresses(stdout);
}

/** @param text  a table with sets of addresses, as `nft --json` prints it */
export function parseSeenAddresses(text: string): readonly string[] {
  const listed: { readonly nftables?: readonly { readonly set?: { readonly elem?: readonly unknown[] } }[] } =
    JSON.parse(text);
  const elements = (listed.nftables ?? []).flatMap(({ set }) => set?.elem ?? []);
  return elements
    .flatMap((element) => {
      const { elem } = element as { readonly elem?: { readonly val?: unknown; readonly expires?: unknown } }; // see below
      return typeof elem?.val === "string" ? [{ address: elem.val, leftSeconds: Number(elem.expires ?? 0) }] : [];
    })
    .filter(({ address }) => !isLinkLocal(parseIp(address)))
    .sort((a, b) => b.leftSeconds - a.leftSeconds)
    .map(({ address }) => address);
}

export interface SeenAddressesOptions {
  /** Reads what the kernel has seen by now. */
  readonly read: () => Promise<readonly string[]>;
  /** The addresses are others than before. */
  readonly onSeen: (addresses: readonly string[]) => void;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
}

/**
 * Keeps up with the addresses of one guest. Reading them takes a program, so that is left alone until loopback has received
 * something, which gets a copy of what tells of a new one; or a minute has passed, whatever was received.
 */
export class SeenAddresses {
  readonly #options: SeenAddressesOptions;
  #readAt: { readonly frames: number; readonly ms: number } | undefined;
  #isReading = false;
  #known = "";

  constructor(options: SeenAddressesOptions) {
    this.#options = options;
  }

  /** @param links  of the pod, now */
  look(links: Links): void {
    const [frames, ms] = [links.get("lo") ?? 0, this.#options.now()];
    const before = this.#readAt;
    if (this.#isReading || (before && before.frames === frames && ms - before.ms < readAnywayMs)) return;
    this.#readAt = { frames, ms };
    void this.#read();
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    try {
      const addresses = await this.#options.read();
      const known = addresses.toSorted().join();
      if (known !== this.#known) this.#options.onSeen(addresses);
      this.#known = known;
    } catch (error) {
      this.#options.onError(error);
    } finally {
      this.#isReading = false;
    }
  }
}

const readAnywayMs = 60_000;
