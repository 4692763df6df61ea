import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createMemoryJournal } from "./journal.ts";
import { openSqliteJournal } from "./sqlite-journal.ts";
import { Store, type StoreOptions } from "./store.ts";

/**
 * Opens the store in a folder (made if missing), or in memory where none is given.
 *
 * @throws {Error} when the file cannot be opened, or was written by a newer Peapod
 */
export async function openStore(
  folder: string | undefined,
  options: Pick<StoreOptions, "now" | "onTrouble" | "onListenerError">,
): Promise<Store> {
  if (folder === undefined) return new Store({ ...options, journal: createMemoryJournal() });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { journal, recovered } = await openSqliteJournal({ path: join(folder, "state.db") });
  return new Store({ ...options, journal, recovered });
}
