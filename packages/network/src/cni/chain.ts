import { defineCheckpoints, reached } from "@peapod/machinery/node";
import { type CachedAttachment, readCached, removeCached, writeCached } from "./cache.ts";
import { CniError } from "./cni-error.ts";
import { noteNetwork } from "./known-networks.ts";
import { NetworkLocks } from "./network-lock.ts";
import { callPlugin } from "./plugin.ts";
import { emptyResult, parseResult } from "./result.ts";
import type { CniAttachment, CniNetwork, CniResult, CniRuntime } from "./types.ts";
import { negotiate, speaksOneOne } from "./versions.ts";

export interface CniCallOptions {
  readonly runtime: CniRuntime;
  readonly signal?: AbortSignal | undefined;
  /** Called once, when a plugin has made the interface: what it changes, the plugins after it are told. */
  readonly onMade?: ((result: CniResult) => Promise<CniResult>) | undefined;
}

defineCheckpoints(["cni/begun", "cni/pluginAdded", "cni/finished", "cni/pluginDeleted", "cni/forgotten"]);

const allLocks = new WeakMap<CniRuntime, NetworkLocks>();

export function locksOf(runtime: CniRuntime): NetworkLocks {
  const locks = allLocks.get(runtime) ?? new NetworkLocks();
  allLocks.set(runtime, locks);
  return locks;
}

/**
 * Attaches a pod to a network: every plugin in order, each given what the one before it made. An attachment that is finished is
 * answered again from its cached result; one that was begun and not finished is undone first, for plugins may not be asked to ADD
 * twice. When a plugin fails, all of the list are told to undo what they did. Plugins that can say that they are not ready are asked
 * before anything is done.
 *
 * @throws {CniError}
 */
export async function addNetwork(
  network: CniNetwork,
  attachment: CniAttachment,
  options: CniCallOptions,
): Promise<CniResult> {
  const { runtime, signal } = options;
  const before = await readCached(runtime.resultsDir, network.name, attachment);
  if (before?.result && before.attachment.netnsPath === attachment.netnsPath) return before.result;
  if (before) await undoBegun(before, { runtime, signal });
  const negotiated = await negotiate(network, runtime, signal);
  await askReady(negotiated, attachment, options);
  return await locksOf(runtime).shared(network.name, () => addAll(negotiated, attachment, options));
}

async function addAll(
  network: CniNetwork,
  attachment: CniAttachment,
  { runtime, signal, onMade }: CniCallOptions,
): Promise<CniResult> {
  await noteNetwork(runtime, network);
  runtime.beforeAdd?.(network);
  await writeCached(runtime.resultsDir, { formatVersion: 1, attachment, network });
  reached("cni/begun");
  try {
    let result = emptyResult;
    let isMade = false;
    for (const [index, plugin] of network.plugins.entries()) {
      const prevResult = index === 0 ? undefined : result;
      const text = await callPlugin({ command: "ADD", network, plugin, attachment, prevResult }, runtime, signal);
      result = parseAnswer(text, network, plugin.type, attachment);
      if (!isMade && hasInterface(result, attachment)) {
        isMade = true;
        result = (await onMade?.(result)) ?? result;
      }
      reached("cni/pluginAdded");
    }
    await writeCached(runtime.resultsDir, { formatVersion: 1, attachment, network, result });
    reached("cni/finished");
    return result;
  } catch (error) {
    // Takes no signal: cleaning up outlives the abort. What it cannot undo is in the cache and tried again later.
    await deleteAll(network, attachment, { runtime }).catch(() => {});
    throw error;
  }
}

/** @throws {CniError} what a plugin says that keeps it from attaching pods at the moment */
async function askReady(
  network: CniNetwork,
  attachment: CniAttachment,
  { runtime, signal }: CniCallOptions,
): Promise<void> {
  for (const plugin of network.plugins) {
    if (!(await speaksOneOne(plugin.type, runtime, signal))) continue;
    await callPlugin(
      { command: "STATUS", network: { ...network, cniVersion: "1.1.0" }, plugin, attachment },
      runtime,
      signal,
    );
  }
}

function hasInterface({ interfaces }: CniResult, { ifName }: CniAttachment): boolean {
  return interfaces.some(({ name, sandbox }) => name === ifName && sandbox !== undefined);
}

/**
 * Undoes an attachment that was begun. A plugin that fails at that too must not keep a network that was mended since from being
 * attached: what it may have left shows when the next ADD stumbles over it, and goes with the pod's namespace.
 */
async function undoBegun(before: CachedAttachment, { runtime, signal }: CniCallOptions): Promise<void> {
  const { network, attachment, result } = before;
  try {
    await deleteNetwork(network, attachment, { runtime, signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (result) throw error;
    await removeCached(runtime.resultsDir, network.name, attachment);
  }
}

/**
 * Detaches a pod from a network: every plugin in reverse order, all of them even when one fails. What was cached at ADD decides,
 * not the network as it is now. Nothing to detach counts as done.
 *
 * @throws {CniError} the first failure (its cache stays, so that it can be tried again)
 */
export async function deleteNetwork(
  network: CniNetwork,
  attachment: CniAttachment,
  options: CniCallOptions,
): Promise<void> {
  await locksOf(options.runtime).shared(network.name, () => deleteAll(network, attachment, options));
}

async function deleteAll(
  network: CniNetwork,
  attachment: CniAttachment,
  { runtime, signal }: CniCallOptions,
): Promise<void> {
  const cached = await readCached(runtime.resultsDir, network.name, attachment);
  const known = cached?.network ?? network;
  const failures: unknown[] = [];
  for (const plugin of known.plugins.toReversed()) {
    try {
      const prevResult = cached?.result;
      await callPlugin({ command: "DEL", network: known, plugin, attachment, prevResult }, runtime, signal);
      reached("cni/pluginDeleted");
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  await removeCached(runtime.resultsDir, network.name, attachment);
  reached("cni/forgotten");
}

/**
 * Asks every plugin whether what it made is still there.
 *
 * @throws {CniError} by the first plugin that misses something, or when there is no result to check against
 */
export async function checkNetwork(
  network: CniNetwork,
  attachment: CniAttachment,
  { runtime, signal }: CniCallOptions,
): Promise<void> {
  const cached = await readCached(runtime.resultsDir, network.name, attachment);
  if (!cached?.result) {
    throw new CniError({
      plugin: network.plugins[0]?.type ?? "",
      command: "CHECK",
      network: network.name,
      ifName: attachment.ifName,
      said: "there is no result of an ADD to check against",
    });
  }
  // CHECK came with 0.4.0.
  if (cached.network.disableCheck || cached.network.cniVersion.startsWith("0.3.")) return;
  for (const plugin of cached.network.plugins) {
    const call = { command: "CHECK", network: cached.network, plugin, attachment, prevResult: cached.result } as const;
    await callPlugin(call, runtime, signal);
  }
}

function parseAnswer(text: string, network: CniNetwork, plugin: string, { ifName }: CniAttachment): CniResult {
  try {
    return parseResult(text);
  } catch (cause) {
    const said = `something that is no CNI result: ${text.slice(0, 200)}`;
    throw new CniError({ plugin, command: "ADD", network: network.name, ifName, said, cause });
  }
}
