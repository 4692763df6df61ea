import { DatabaseSync } from "node:sqlite";

/** The data folder belongs to another living control plane. */
export class LockedError extends Error {
  override readonly name = "LockedError";
  readonly advice: string;
  constructor(dataDir: string, holder: number | undefined) {
    super(
      `Cannot use ${dataDir}: another Peapod${holder === undefined ? "" : ` (process ${holder})`} is running on it`,
    );
    this.advice = `peapod status, or peapod down --data-dir ${dataDir}`;
  }
}

/**
 * Locks a data folder until disposal or death. Node has no flock; SQLite holds a POSIX lock on the file, which the kernel drops with
 * the process, so a lock left by a killed process is never in the way.
 *
 * @throws {LockedError} when another process holds it
 */
export function lockDataDir(dataDir: string, path: string, pid: number): Disposable {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("PRAGMA journal_mode = DELETE; CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL)");
    database.exec("BEGIN IMMEDIATE; DELETE FROM holder");
    database.prepare("INSERT INTO holder VALUES (?)").run(pid);
    database.exec("COMMIT; BEGIN IMMEDIATE");
  } catch (error) {
    const holder = readHolder(database);
    database.close();
    if (isBusy(error)) throw new LockedError(dataDir, holder);
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
}

function readHolder(database: DatabaseSync): number | undefined {
  try {
    const row = database.prepare("SELECT pid FROM holder").get();
    return typeof row?.pid === "number" ? row.pid : undefined;
  } catch {
    return undefined;
  }
}

/** SQLITE_BUSY is 5. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 5;
}
