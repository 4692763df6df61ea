import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProgramError, run } from "@peapod/machinery/node";
import { parseLinks, parseRoutes } from "./parse.ts";
import type { Link, Route } from "./types.ts";

/** Long for `ip`, short for somebody who waits for a guest. */
const timeoutMs = 20_000;

/** The links of a network namespace; of our own one when the path is undefined. */
export async function observeLinks(netnsPath: string | undefined, signal?: AbortSignal): Promise<readonly Link[]> {
  const { stdout } = await run([...enter(netnsPath), "ip", "-json", "-details", "address", "show"], {
    signal,
    timeoutMs,
    maxOutputBytes: 16 * 1024 * 1024,
  });
  return parseLinks(stdout);
}

/** The IPv4 routes of a namespace's main table. */
export async function observeRoutes(netnsPath: string | undefined, signal?: AbortSignal): Promise<readonly Route[]> {
  const { stdout } = await run([...enter(netnsPath), "ip", "-json", "-4", "route", "show"], {
    signal,
    timeoutMs,
    maxOutputBytes: 16 * 1024 * 1024,
  });
  return parseRoutes(stdout);
}

/** One setting under /proc/sys/net. */
export interface NamespaceSetting {
  readonly path: string;
  readonly value: string;
  readonly isOptional: boolean;
}

/** What is to be done in a namespace, in this order. */
export interface NamespaceBatch {
  /** Lines of `ip -batch`. */
  readonly make?: readonly string[];
  readonly settings?: readonly NamespaceSetting[];
  /** An nft file, one transaction. */
  readonly nft?: string;
  /** Lines of `ip -batch`, after all of the above. */
  readonly raise?: readonly string[];
  /** Lines of `ip -6 -batch`, last: rules have no other way to say their family. */
  readonly raise6?: readonly string[];
  /** Lines of `tc -batch`, last. */
  readonly tc?: readonly string[];
}

/**
 * Node cannot enter a namespace and every program it starts costs milliseconds, so a whole stage is one program: this shell, which
 * gets files and settings as arguments and never as text of its own.
 */
const script = `set -e
[ ! -s "$1" ] || ip -batch "$1"
while read -r need path value; do
  if [ -e "/proc/sys/net/$path" ]; then printf '%s' "$value" > "/proc/sys/net/$path"
  elif [ "$need" = must ]; then echo "there is no setting net/$path" >&2; exit 1
  fi
done < "$2"
[ ! -s "$3" ] || nft -f "$3"
[ ! -s "$4" ] || ip -batch "$4"
[ ! -s "$5" ] || ip -6 -batch "$5"
[ ! -s "$6" ] || tc -batch "$6"`;

/**
 * Does a batch in a namespace (our own one when the path is undefined).
 *
 * @throws {Error} naming the line that failed
 */
export async function applyBatch(
  netnsPath: string | undefined,
  batch: NamespaceBatch,
  signal?: AbortSignal,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "peapod-batch-"));
  try {
    const settings = (batch.settings ?? []).map(
      ({ path, value, isOptional }) => `${isOptional ? "may" : "must"} ${path} ${value}`,
    );
    const files = {
      make: batch.make ?? [],
      settings,
      nft: [batch.nft ?? ""],
      raise: batch.raise ?? [],
      raise6: batch.raise6 ?? [],
      tc: batch.tc ?? [],
    };
    for (const [name, lines] of Object.entries(files)) {
      await writeFile(join(folder, name), lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
    }
    const paths = Object.keys(files).map((name) => join(folder, name));
    await run([...enter(netnsPath), "sh", "-c", script, "sh", ...paths], { signal, timeoutMs });
  } catch (error) {
    throw error instanceof ProgramError ? explain(error, batch) : error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `Command failed FILE:3` says little once the file is gone. */
function explain(error: ProgramError, batch: NamespaceBatch): Error {
  const match = /Command failed \S*\/(make|raise|raise6|tc):(\d+)/.exec(error.stderr);
  const { make, raise, raise6, tc } = batch;
  const lines = { make, raise, raise6, tc }[match?.[1] ?? "make"];
  const line = match ? lines?.[Number(match[2]) - 1] : undefined;
  return line === undefined
    ? error
    : new Error(`Cannot do "${match?.[1] === "tc" ? "tc" : "ip"} ${line}"`, { cause: error });
}

function enter(netnsPath: string | undefined): readonly string[] {
  return netnsPath === undefined ? [] : ["nsenter", `--net=${netnsPath}`];
}
