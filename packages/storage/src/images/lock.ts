import { DatabaseSync } from "node:sqlite";

/** Runs one piece of work at a time, in this process and among all that share the folder. */
export interface Lock {
  hold<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Node has no file locks, but SQLite has: a database held exclusively is one, and goes with its holder, however that ends. Waiting for
 * another process stops this one, so what is done under the lock takes milliseconds.
 */
export function openLock(path: string): Lock {
  let last: Promise<unknown> = Promise.resolve();
  return {
    hold(work) {
      const next = last.then(async () => {
        using _ = lockFile(path);
        return await work();
      });
      last = next.catch(() => {});
      return next;
    },
  };
}

function lockFile(path: string): Disposable {
  const database = new DatabaseSync(path, { timeout: 30_000 });
  try {
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return { [Symbol.dispose]: () => database.close() };
  } catch (cause) {
    database.close();
    throw new Error(`Cannot lock "${path}": another process has held it for half a minute`, { cause });
  }
}
