import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import test from "node:test";
import { addresses, databasePath, journal, owner, pods } from "../testing/allocations.ts";
import { openIpam } from "./ipam.ts";
import { type Journal, openSqliteJournal } from "./journal.ts";

test("openSqliteJournal() reads what format 1 wrote", async (t) => {
  const path = databasePath(t);
  const old = new DatabaseSync(path);
  old.exec(`
    CREATE TABLE pools (name TEXT PRIMARY KEY, definition TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE allocations (
      pool TEXT NOT NULL, address TEXT NOT NULL,
      namespace TEXT NOT NULL, name TEXT NOT NULL, interface TEXT NOT NULL,
      pod_uid TEXT NOT NULL, pod_name TEXT NOT NULL, node TEXT NOT NULL, allocated_at TEXT NOT NULL,
      PRIMARY KEY (pool, address), UNIQUE (pool, namespace, name, interface)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO pools VALUES ('pods', '{"name":"pods","subnet":"10.244.0.0/29"}');
    INSERT INTO allocations VALUES ('pods', '10.244.0.5', 'default', 'web', 'eth0', 'u', 'p', 'n1', '2026-01-15T12:00:00Z');
    PRAGMA user_version = 1;
  `);
  old.close();
  using ipam = openIpam(openSqliteJournal(path));
  assert.deepEqual(await addresses(ipam, "web"), ["10.244.0.5/29"]);
});

test("openSqliteJournal() reads what format 2 wrote", async (t) => {
  const path = databasePath(t);
  const old = new DatabaseSync(path);
  old.exec(`
    CREATE TABLE pools (name TEXT PRIMARY KEY, definition TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE held (
      address TEXT PRIMARY KEY, pool TEXT NOT NULL,
      kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, interface TEXT NOT NULL,
      pod_uid TEXT NOT NULL, pod_name TEXT NOT NULL, node TEXT NOT NULL, allocated_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE macs (
      kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, interface TEXT NOT NULL, mac TEXT NOT NULL UNIQUE,
      PRIMARY KEY (kind, namespace, name, interface)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO pools VALUES ('pods', '{"name":"pods","subnet":"10.244.0.0/29"}');
    INSERT INTO held VALUES ('10.244.0.5', 'pods', 'vm', 'default', 'web', 'eth0', 'u', 'p', 'n1', '2026-01-15T12:00:00Z');
    INSERT INTO macs VALUES ('vm', 'default', 'web', 'eth0', '02:00:00:00:00:01');
    PRAGMA user_version = 2;
  `);
  old.close();
  for (const _ of ["once", "again"]) {
    using ipam = openIpam(openSqliteJournal(path));
    assert.deepEqual(await addresses(ipam, "web"), ["10.244.0.5/29"]);
    assert.equal(ipam.macsOf(owner("web")).get("eth0"), "02:00:00:00:00:01");
  }
});

test("a commit that fails changes nothing, in memory neither", async (t) => {
  const real = journal(t);
  let isFull = false;
  const commit: Journal["commit"] = (changes) => {
    if (isFull) throw new Error("database or disk is full");
    real.commit(changes);
  };
  using ipam = openIpam({ ...real, commit });
  await ipam.putPool(pods);
  await addresses(ipam, "web");
  isFull = true;
  await assert.rejects(
    Promise.all([addresses(ipam, "db"), ipam.release(owner("web"))]),
    /Cannot write the address database/,
  );
  await assert.rejects(ipam.putPool({ ...pods, isDisabled: true }));
  isFull = false;
  assert.deepEqual(await addresses(ipam, "db"), ["10.244.0.3/29"]);
  assert.deepEqual(await addresses(ipam, "web"), ["10.244.0.2/29"]);
});

test("calls of one turn share one commit", async (t) => {
  const real = journal(t);
  let commits = 0;
  const commit: Journal["commit"] = (changes) => {
    commits += 1;
    real.commit(changes);
  };
  using ipam = openIpam({ ...real, commit });
  await ipam.putPool({ ...pods, subnet: "10.244.0.0/24" });
  commits = 0;
  await Promise.all(Array.from({ length: 50 }, (_, n) => addresses(ipam, `vm${n}`)));
  assert.equal(commits, 1);
  assert.equal(new Set(ipam.list().map(({ address }) => address)).size, 50);
});

test("openSqliteJournal() refuses a second process's hand on the file", (t) => {
  const path = databasePath(t);
  using first = openSqliteJournal(path);
  first.commit([{ do: "putPool", pool: pods }]);
  assert.throws(() => openSqliteJournal(path), { message: `Cannot open the address database "${path}"` });
});
