import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { readJsonFile, writeFileDurably } from "@peapod/machinery/node";
import type { CniAttachment, CniNetwork, CniResult } from "./types.ts";

/** What an ADD leaves, so that CHECK and DEL do the same work whatever the NAD says by then. */
export interface CachedAttachment {
  readonly formatVersion: 1;
  readonly attachment: CniAttachment;
  readonly network: CniNetwork;
  /** Undefined: the ADD was begun, and nothing is known of its end. */
  readonly result?: CniResult | undefined;
}

export async function writeCached(folder: string, cached: CachedAttachment): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFileDurably(cachePath(folder, cached.network.name, cached.attachment), JSON.stringify(cached));
}

export async function readCached(
  folder: string,
  network: string,
  attachment: Pick<CniAttachment, "containerId" | "ifName">,
): Promise<CachedAttachment | undefined> {
  return (await readJsonFile(cachePath(folder, network, attachment))) as CachedAttachment | undefined; // we wrote it
}

export async function removeCached(
  folder: string,
  network: string,
  attachment: Pick<CniAttachment, "containerId" | "ifName">,
): Promise<void> {
  await rm(cachePath(folder, network, attachment), { force: true });
}

/** All that is cached, of one container or of all. A file that cannot be read is left out. */
export async function listCached(folder: string, containerId?: string): Promise<readonly CachedAttachment[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => name.endsWith(".json") && name.includes(containerId ?? ""))
      .map((name) =>
        readFile(join(folder, name), "utf8")
          .then((text) => JSON.parse(text) as CachedAttachment)
          .catch(() => undefined),
      ),
  );
  return found
    .filter((cached) => cached !== undefined)
    .filter(({ attachment }) => containerId === undefined || attachment.containerId === containerId);
}

function cachePath(
  folder: string,
  network: string,
  { containerId, ifName }: Pick<CniAttachment, "containerId" | "ifName">,
): string {
  return join(folder, `${network}-${containerId}-${ifName}.json`);
}
