import { stat } from "node:fs/promises";
import { findPlugin, invokePlugin } from "./plugin.ts";
import { spokenVersions } from "./spoken-versions.ts";
import type { CniNetwork, CniRuntime } from "./types.ts";

/** A plugin's answer counts until its file changes. */
const known = new Map<string, { readonly mtimeMs: number; readonly versions: readonly string[] }>();

/** Asks a plugin which versions it speaks; one that cannot say is taken to speak all before 1.1, as plugins did that knew no VERSION. */
export async function versionsOf(type: string, runtime: CniRuntime, signal?: AbortSignal): Promise<readonly string[]> {
  if (runtime.own?.has(type)) return spokenVersions;
  const path = await findPlugin(type, runtime.pluginPath);
  if (path === undefined) return [];
  const { mtimeMs } = await stat(path);
  const before = known.get(path);
  if (before?.mtimeMs === mtimeMs) return before.versions;
  const attachment = { containerId: "", netnsPath: "", ifName: "", args: {} };
  const input = { cniVersion: spokenVersions.at(-1) };
  const call = { command: "VERSION", type, network: "", attachment, input } as const;
  const versions = await invokePlugin(call, runtime, signal).then(parseVersions, () => undefined);
  signal?.throwIfAborted();
  const answer = versions ?? spokenVersions.slice(0, -1);
  known.set(path, { mtimeMs, versions: answer });
  return answer;
}

/** Whether a plugin knows GC and STATUS. */
export async function speaksOneOne(type: string, runtime: CniRuntime, signal?: AbortSignal): Promise<boolean> {
  return (await versionsOf(type, runtime, signal)).includes("1.1.0");
}

/** The network with the highest version it offers that all of its plugins speak; where there is none, they will say so. */
export async function negotiate(network: CniNetwork, runtime: CniRuntime, signal?: AbortSignal): Promise<CniNetwork> {
  const { offeredVersions = [] } = network;
  if (offeredVersions.length < 2) return network;
  const spoken = await Promise.all(network.plugins.map(({ type }) => versionsOf(type, runtime, signal)));
  const common = spokenVersions.findLast(
    (version) => offeredVersions.includes(version) && spoken.every((versions) => versions.includes(version)),
  );
  return common === undefined ? network : { ...network, cniVersion: common };
}

function parseVersions(text: string): readonly string[] | undefined {
  try {
    const { supportedVersions } = JSON.parse(text) as { supportedVersions?: unknown };
    return Array.isArray(supportedVersions) ? supportedVersions.map(String) : undefined;
  } catch {
    return undefined;
  }
}
