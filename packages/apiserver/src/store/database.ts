import { DatabaseSync } from "node:sqlite";
import type { Recovered, Row } from "./journal.ts";

/** Changes of the file's form, in order; a file of format N has seen the first N. Never edit one that was released: append. */
const migrations: readonly string[] = [
  `CREATE TABLE resource (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
   CREATE TABLE log (
     revision INTEGER PRIMARY KEY,
     resource INTEGER NOT NULL,
     namespace TEXT NOT NULL,
     name TEXT NOT NULL,
     previous INTEGER NOT NULL,
     deleted INTEGER NOT NULL,
     body BLOB NOT NULL
   ) STRICT;
   CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   INSERT INTO meta VALUES ('compacted', 0);`,
];

export interface DatabaseOptions {
  /** Pages of 4 KiB beyond which writes fail as on a full disk; tests use it. */
  readonly maxPages?: number | undefined;
}

/**
 * Opens the store's file, creating it or bringing it to the present format.
 *
 * A WAL with `synchronous=FULL`: a commit is on the disk when it returns. The file is read once, at the start; after that only the
 * writer uses it.
 *
 * @throws {Error} when the file was written by a newer Peapod, or is no database
 */
export function openDatabase(path: string, { maxPages }: DatabaseOptions = {}): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 5_000, enableForeignKeyConstraints: false });
  try {
    db.exec("PRAGMA auto_vacuum=INCREMENTAL");
    db.exec(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-8192; PRAGMA trusted_schema=OFF",
    );
    migrate(db, path);
    if (maxPages !== undefined) db.exec(`PRAGMA max_page_count=${maxPages}`);
    return db;
  } catch (error) {
    db.close();
    throw new Error(`Cannot open the store "${path}": ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function migrate(db: DatabaseSync, path: string): void {
  const format = numberOf(db.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (format > migrations.length) {
    throw new Error(
      `it has format ${format} and this Peapod knows formats up to ${migrations.length}; use the Peapod that wrote ${path}, or a newer one`,
    );
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < format) continue;
    db.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version=${index + 1}; COMMIT`);
  }
}

/** Everything the file holds, oldest first. */
export function readAll(db: DatabaseSync): Recovered {
  const compacted = numberOf(db.prepare("SELECT value FROM meta WHERE key='compacted'").get()?.["value"]);
  return { rows: readAfter(db, 0), compacted };
}

/** Rows of later revisions than `revision`, in order. */
export function readAfter(db: DatabaseSync, revision: number): readonly Row[] {
  const rows: Row[] = [];
  const statement = db.prepare(
    `SELECT log.revision, resource.name AS resource, log.namespace, log.name, log.previous, log.deleted, log.body
     FROM log JOIN resource ON resource.id = log.resource WHERE log.revision > ? ORDER BY log.revision`,
  );
  for (const row of statement.iterate(revision)) {
    rows.push({
      revision: numberOf(row["revision"]),
      resource: String(row["resource"]),
      namespace: String(row["namespace"]),
      name: String(row["name"]),
      previous: numberOf(row["previous"]),
      deleted: row["deleted"] === 1,
      body: row["body"] instanceof Uint8Array ? row["body"] : new Uint8Array(),
    });
  }
  return rows;
}

/** Adds rows in one transaction: all of them or none. */
export function createAppender(db: DatabaseSync): (rows: readonly Row[]) => void {
  const ids = new Map<string, number>();
  for (const { id, name } of db.prepare("SELECT id, name FROM resource").all()) ids.set(String(name), numberOf(id));
  const addResource = db.prepare("INSERT INTO resource (name) VALUES (?)");
  const insert = db.prepare("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?)");
  return (rows) => {
    const added: string[] = [];
    inTransaction(
      db,
      () => {
        for (const row of rows) {
          let id = ids.get(row.resource);
          if (id === undefined) {
            id = numberOf(addResource.run(row.resource).lastInsertRowid);
            ids.set(row.resource, id);
            added.push(row.resource);
          }
          insert.run(row.revision, id, row.namespace, row.name, row.previous, row.deleted ? 1 : 0, row.body);
        }
      },
      () => {
        for (const name of added) ids.delete(name);
      },
    );
  };
}

/** Removes what a newer version replaced at or before `revision`, and deletions up to it; gives freed pages back. */
export function compactLog(db: DatabaseSync, revision: number): void {
  const compacted = numberOf(db.prepare("SELECT value FROM meta WHERE key='compacted'").get()?.["value"]);
  if (revision <= compacted) return;
  inTransaction(db, () => {
    db.prepare(
      "DELETE FROM log WHERE revision IN (SELECT previous FROM log WHERE revision > ? AND revision <= ? AND previous > 0)",
    ).run(compacted, revision);
    db.prepare("DELETE FROM log WHERE deleted = 1 AND revision > ? AND revision <= ?").run(compacted, revision);
    db.prepare("UPDATE meta SET value = ? WHERE key = 'compacted'").run(revision);
  });
  db.exec("PRAGMA incremental_vacuum(1000); PRAGMA wal_checkpoint(PASSIVE)");
}

function inTransaction(db: DatabaseSync, work: () => void, undo: () => void = () => {}): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    work();
    db.exec("COMMIT");
  } catch (error) {
    undo();
    // SQLite may have rolled back by itself (a full disk does that); then there is nothing left to undo.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function numberOf(value: unknown): number {
  return Number(value ?? 0);
}
