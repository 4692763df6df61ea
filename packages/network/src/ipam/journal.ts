import { DatabaseSync } from "node:sqlite";
import { formatIp } from "@peapod/api";
import type { AllocationChange } from "./allocate.ts";
import { createRowFormat, toNic } from "./journal-rows.ts";
import { formatVersion, migrations } from "./journal-schema.ts";
import type { Allocation, Nic, PoolDefinition } from "./types.ts";

export type JournalChange =
  | AllocationChange
  | { readonly do: "putPool"; readonly pool: PoolDefinition }
  | { readonly do: "removePool"; readonly name: string };

/** All that is to be found again. */
export interface Stored {
  readonly pools: readonly PoolDefinition[];
  readonly allocations: readonly Allocation[];
  readonly macs: readonly { readonly nic: Nic; readonly mac: string }[];
}

/** Where allocations survive. `commit` returns when all of its changes, or none, will be found again after a crash. */
export interface Journal extends Disposable {
  readonly load: () => Stored;
  readonly commit: (changes: readonly JournalChange[]) => void;
}

/**
 * A journal in one SQLite file, held exclusively: a second process is refused. A commit is on disk when `commit` returns.
 *
 * @throws {Error} when the file is of a later format, held by another process, or no database
 */
export function openSqliteJournal(path: string): Journal {
  let db: DatabaseSync;
  try {
    db = openDatabase(path);
  } catch (cause) {
    throw new Error(`Cannot open the address database "${path}"`, { cause });
  }
  const rows = createRowFormat();
  const write = writerOf(db, rows);
  return {
    load: () => ({
      pools: db
        .prepare("SELECT definition FROM pools")
        .all()
        .map((row) => JSON.parse(String(row.definition)) as PoolDefinition), // written below
      allocations: db.prepare("SELECT * FROM held").all().map(rows.toAllocation),
      macs: db
        .prepare("SELECT * FROM macs")
        .all()
        .map((row) => ({ nic: toNic(row), mac: String(row["mac"]) })),
    }),
    commit: (changes) => {
      db.exec("BEGIN IMMEDIATE");
      try {
        for (const change of changes) write(change);
        db.exec("COMMIT");
      } catch (error) {
        if (db.isTransaction) db.exec("ROLLBACK");
        throw error;
      }
    },
    [Symbol.dispose]: () => db.close(),
  };
}

function writerOf(db: DatabaseSync, rows: ReturnType<typeof createRowFormat>): (change: JournalChange) => void {
  const put = db.prepare("INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const remove = db.prepare("DELETE FROM held WHERE address = ?");
  const putMac = db.prepare("INSERT OR REPLACE INTO macs VALUES (?, ?, ?, ?, ?)");
  const removeMac = db.prepare("DELETE FROM macs WHERE kind = ? AND namespace = ? AND name = ? AND interface = ?");
  const putPool = db.prepare("INSERT OR REPLACE INTO pools VALUES (?, ?)");
  const removePool = db.prepare("DELETE FROM pools WHERE name = ?");
  const words = ({ kind, namespace, name, interface: nic }: Nic) => [kind, namespace, name, nic] as const;
  return (change) => {
    switch (change.do) {
      case "put":
        put.run(...rows.fromAllocation(change.allocation));
        return;
      case "remove":
        remove.run(formatIp({ family: change.allocation.family, value: change.allocation.address }));
        return;
      case "putMac":
        putMac.run(...words(change.nic), change.mac);
        return;
      case "removeMac":
        removeMac.run(...words(change.nic));
        return;
      case "putPool":
        putPool.run(change.pool.name, JSON.stringify(change.pool));
        return;
      case "removePool":
        removePool.run(change.name);
    }
  };
}

function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 500 });
  try {
    // Exclusive before WAL: the index then lives in this process's memory and there is no shared-memory file.
    db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN EXCLUSIVE");
    const version = Number(db.prepare("PRAGMA user_version").get()?.user_version);
    if (version > formatVersion) throw new Error(`Cannot read format ${version}: this Peapod knows ${formatVersion}`);
    const migration = migrations[version];
    if (migration !== undefined) db.exec(`${migration} PRAGMA user_version = ${formatVersion}`);
    db.exec("COMMIT");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
