import { type CachedAttachment, readCached, removeCached, writeCached } from "./cache.ts";
import { CniError } from "./cni-error.ts";
import { callPlugin } from "./plugin.ts";
import { emptyResult, parseResult } from "./result.ts";
import type { CniAttachment, CniNetwork, CniResult, CniRuntime } from "./types.ts";

export interface CniCallOptions {
  readonly runtime: CniRuntime;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Attaches a pod to a network: every plugin in order, each given what the one before it made. An attachment that is finished is
 * answered again from its cached result; one that was begun and not finished is undone first, for plugins may not be asked to ADD
 * twice. When a plugin fails, all of the list are told to undo what they did.
 *
 * @throws {CniError}
 */
export async function addNetwork(
  network: CniNetwork,
  attachment: CniAttachment,
  { runtime, signal }: CniCallOptions,
): Promise<CniResult> {
  const before = await readCached(runtime.resultsDir, network.name, attachment);
  if (before?.result && before.attachment.netnsPath === attachment.netnsPath) return before.result;
  if (before) await undoBegun(before, { runtime, signal });
  await writeCached(runtime.resultsDir, { formatVersion: 1, attachment, network });
  try {
    let result = emptyResult;
    for (const [index, plugin] of network.plugins.entries()) {
      const prevResult = index === 0 ? undefined : result;
      const text = await callPlugin({ command: "ADD", network, plugin, attachment, prevResult }, runtime, signal);
      result = parseAnswer(text, network, plugin.type, attachment);
    }
    await writeCached(runtime.resultsDir, { formatVersion: 1, attachment, network, result });
    return result;
  } catch (error) {
    // Takes no signal: cleaning up outlives the abort. What it cannot undo is in the cache and tried again later.
    await deleteNetwork(network, attachment, { runtime }).catch(() => {});
    throw error;
  }
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
  { runtime, signal }: CniCallOptions,
): Promise<void> {
  const cached = await readCached(runtime.resultsDir, network.name, attachment);
  const known = cached?.network ?? network;
  const failures: unknown[] = [];
  for (const plugin of known.plugins.toReversed()) {
    try {
      const prevResult = cached?.result;
      await callPlugin({ command: "DEL", network: known, plugin, attachment, prevResult }, runtime, signal);
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  await removeCached(runtime.resultsDir, network.name, attachment);
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
