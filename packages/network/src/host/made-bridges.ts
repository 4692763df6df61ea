import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readBootId } from "@peapod/machinery/node";

/**
 * Notes bridges that were not there until a network of ours wanted them. When one goes, a plugin may make it again; in place of one that
 * is somebody else's it would make one that leads nowhere.
 *
 * @param stateDir  `D/cni`
 */
export async function noteMadeBridges(stateDir: string, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await mkdir(folderOf(stateDir), { recursive: true, mode: 0o700 });
  const bootId = readBootId();
  for (const name of names) await writeFile(join(folderOf(stateDir), name), bootId, { mode: 0o600 });
}

/** Those of this boot: before the next one somebody may have made a bridge of that name the machine's own. */
export async function readMadeBridges(stateDir: string): Promise<ReadonlySet<string>> {
  const names = await readdir(folderOf(stateDir)).catch(() => []);
  const bootId = readBootId();
  const noted = await Promise.all(names.map((name) => readFile(join(folderOf(stateDir), name), "utf8")));
  return new Set(names.filter((_, index) => noted[index] === bootId));
}

function folderOf(stateDir: string): string {
  return join(stateDir, "made-bridges");
}
