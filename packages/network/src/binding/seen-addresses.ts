import { setTimeout as sleep } from "node:timers/promises";
import { isLinkLocal, parseIp } from "@peapod/api";
import { run } from "@peapod/machinery/node";

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

/** The addresses of a guest now, and each time they are others. The kernel tells nobody of a set's elements: it is asked. */
export async function* watchSeenAddresses(
  netnsPath: string,
  table: string,
  signal: AbortSignal,
): AsyncGenerator<readonly string[], void> {
  let before = "";
  while (!signal.aborted) {
    const addresses = await readSeenAddresses(netnsPath, table, signal);
    const known = addresses.toSorted().join();
    if (known !== before) yield addresses;
    before = known;
    await sleep(askEveryMs, undefined, { signal });
  }
}

const askEveryMs = 700;
