import { readFile, watch } from "node:fs/promises";
import { basename, dirname } from "node:path";

/** The address a guest has taken. */
export interface Lease {
  readonly mac: string;
  readonly address: string;
  /** As the guest calls itself, if it says so. */
  readonly hostname: string | undefined;
  /** Seconds since 1970; undefined: for ever. */
  readonly expiresAt: number | undefined;
}

/** @param text  a dnsmasq lease file: `expiry MAC IP HOSTNAME CLIENTID`, `*` for what is not known */
export function parseLeases(text: string): readonly Lease[] {
  return text
    .split("\n")
    .map((line) => line.split(" "))
    .filter((words) => words.length >= 4 && /^\d+$/.test(words[0] ?? ""))
    .map(([expiry = "0", mac = "", address = "", hostname = "*"]) => ({
      mac: mac.toLowerCase(),
      address,
      hostname: hostname === "*" ? undefined : hostname,
      expiresAt: expiry === "0" ? undefined : Number(expiry),
    }));
}

/** The leases in a file now; none where there is no file. */
export async function readLeases(file: string): Promise<readonly Lease[]> {
  return parseLeases(await readFile(file, "utf8").catch(() => ""));
}

/**
 * The leases in a file, now and after every change, within milliseconds of it. Ends with the signal. The folder must exist, the
 * file need not.
 */
export async function* watchLease(file: string, signal: AbortSignal): AsyncGenerator<readonly Lease[], void> {
  const name = basename(file);
  // Watched before it is read, or a change in between would be missed; by its folder, or one that is not there yet could not be.
  const stop = new AbortController();
  const changes = watch(dirname(file), { signal: AbortSignal.any([signal, stop.signal]) });
  let seen = "";
  const look = async (): Promise<readonly Lease[] | undefined> => {
    const leases = await readLeases(file);
    const text = JSON.stringify(leases);
    if (text === seen) return undefined;
    seen = text;
    return leases;
  };
  try {
    let next = changes.next(); // starts watching
    next.catch(() => {});
    yield (await look()) ?? [];
    for (let change = await next; !change.done; change = await next) {
      next = changes.next();
      next.catch(() => {});
      if (change.value.filename !== name) continue;
      const leases = await look();
      if (leases) yield leases;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stop.abort(); // not changes.return(): it would wait for a change
  }
}
