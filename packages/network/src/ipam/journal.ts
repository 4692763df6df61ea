import { DatabaseSync } from "node:sqlite";
import { formatIp, parseIp } from "@peapod/api";
import type { AllocationChange } from "./allocate.ts";
import type { Allocation, PoolDefinition } from "./types.ts";

export type JournalChange =
  | AllocationChange
  | { readonly do: "putPool"; readonly pool: PoolDefinition }
  | { readonly do: "removePool"; readonly name: string };

/** Where allocations survive. `commit` returns when all of its changes, or none, will be found again after a crash. */
export interface Journal extends Disposable {
  readonly load: () => { readonly pools: readonly PoolDefinition[]; readonly allocations: readonly Allocation[] };
  readonly commit: (changes: readonly JournalChange[]) => void;
}

const formatVersion = 1;

const schema = `
  CREATE TABLE pools (name TEXT PRIMARY KEY, definition TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE allocations (
    pool TEXT NOT NULL, address TEXT NOT NULL,
    namespace TEXT NOT NULL, name TEXT NOT NULL, interface TEXT NOT NULL,
    pod_uid TEXT NOT NULL, pod_name TEXT NOT NULL, node TEXT NOT NULL, allocated_at TEXT NOT NULL,
    PRIMARY KEY (pool, address), UNIQUE (pool, namespace, name, interface)
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${formatVersion};
`;

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
  const statements = {
    put: db.prepare("INSERT OR REPLACE INTO allocations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    remove: db.prepare("DELETE FROM allocations WHERE pool = ? AND address = ?"),
    putPool: db.prepare("INSERT OR REPLACE INTO pools VALUES (?, ?)"),
    removePool: db.prepare("DELETE FROM pools WHERE name = ?"),
  };
  const write = (change: JournalChange): void => {
    if (change.do === "putPool") statements.putPool.run(change.pool.name, JSON.stringify(change.pool));
    else if (change.do === "removePool") statements.removePool.run(change.name);
    else {
      const { pool, family, address, owner, holder, allocatedAt } = change.allocation;
      const text = formatIp({ family, value: address });
      if (change.do === "remove") statements.remove.run(pool, text);
      else {
        const { namespace, name, interface: nic } = owner;
        statements.put.run(pool, text, namespace, name, nic, holder.podUid, holder.podName, holder.node, allocatedAt);
      }
    }
  };
  return {
    load: () => ({
      pools: db
        .prepare("SELECT definition FROM pools")
        .all()
        .map((row) => JSON.parse(String(row.definition)) as PoolDefinition),
      allocations: db.prepare("SELECT * FROM allocations").all().map(toAllocation),
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

function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 500 });
  try {
    // Exclusive before WAL: the index then lives in this process's memory and there is no shared-memory file.
    db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN EXCLUSIVE");
    const version = Number(db.prepare("PRAGMA user_version").get()?.user_version);
    if (version > formatVersion) throw new Error(`Cannot read format ${version}: this Peapod knows ${formatVersion}`);
    if (version === 0) db.exec(schema);
    db.exec("COMMIT");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function toAllocation(row: Record<string, unknown>): Allocation {
  const text = (column: string): string => String(row[column]);
  const { family, value } = parseIp(text("address"));
  return {
    pool: text("pool"),
    family,
    address: value,
    owner: { namespace: text("namespace"), name: text("name"), interface: text("interface") },
    holder: { podUid: text("pod_uid"), podName: text("pod_name"), node: text("node") },
    allocatedAt: text("allocated_at"),
  };
}
