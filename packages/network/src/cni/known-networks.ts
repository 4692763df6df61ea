import { mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isJsonEqual } from "@peapod/machinery";
import { readJsonFile, writeFileDurably } from "@peapod/machinery/node";
import type { CniNetwork, CniRuntime } from "./types.ts";

/** Notes that something of a network may be on the machine: so that it is tidied though no attachment is left that knows of it. */
export async function noteNetwork(runtime: CniRuntime, network: CniNetwork): Promise<void> {
  const path = pathOf(runtime, network.name);
  const before = await readJsonFile(path).catch(() => undefined);
  if (before !== undefined && isJsonEqual(before, plain(network))) return;
  await mkdir(folderOf(runtime), { recursive: true, mode: 0o700 });
  await writeFileDurably(path, JSON.stringify(network));
}

export async function forgetNetwork(runtime: CniRuntime, name: string): Promise<void> {
  await rm(pathOf(runtime, name), { force: true });
}

/** A file that cannot be read is left out. */
export async function listNetworks(runtime: CniRuntime): Promise<readonly CniNetwork[]> {
  const names = await readdir(folderOf(runtime)).catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => name.endsWith(".json"))
      .map((name) => readJsonFile(join(folderOf(runtime), name)).catch(() => undefined)),
  );
  return found.filter((network) => network !== undefined).map((network) => network as CniNetwork); // we wrote them
}

function folderOf({ resultsDir }: CniRuntime): string {
  return join(dirname(resultsDir), "networks");
}

function pathOf(runtime: CniRuntime, name: string): string {
  return join(folderOf(runtime), `${name}.json`);
}

function plain(network: CniNetwork): unknown {
  return JSON.parse(JSON.stringify(network));
}
