import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { StoreEvent } from "./collection.ts";
import type { StoredObject } from "./entry.ts";
import { createMemoryJournal, JournalError } from "./journal.ts";
import { openSqliteJournal } from "./sqlite-journal.ts";
import { type Place, Store } from "./store.ts";

test("write() publishes with rising revisions and answers what it published", async () => {
  await using store = memoryStore();
  const first = await put(store.store, "a", "1");
  const second = await put(store.store, "b", "1");
  assert.equal(first.type, "ADDED");
  assert.equal(second.revision, first.revision + 1);
  assert.equal(store.store.get(place("b"))?.parse().metadata.resourceVersion, String(second.revision));
});

test("write() refuses when somebody was faster, also while that write is under way", async () => {
  await using store = memoryStore();
  const racing = store.store.write(place("a"), undefined, (rv) => ({ object: configMap("a", "1", rv) }));
  assert.ok(racing);
  assert.equal(
    store.store.write(place("a"), undefined, (rv) => ({ object: configMap("a", "2", rv) })),
    undefined,
  );
  await racing;
  assert.equal(
    store.store.write(place("a"), undefined, (rv) => ({ object: configMap("a", "3", rv) })),
    undefined,
  );
  assert.equal(dataOf(store.store, "a"), "1");
});

test("write() shows nothing before the journal has it", async () => {
  const journal = { ...createMemoryJournal(), append: () => gate.promise };
  const gate = Promise.withResolvers<void>();
  const store = new Store({ journal, now: () => 0 });
  const events: StoreEvent[] = [];
  store.collection("configmaps").subscribe({ onEvent: (event) => events.push(event) });
  const written = put(store, "a", "1");
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(store.get(place("a")), undefined);
  assert.deepEqual(events, []);
  gate.resolve();
  await written;
  assert.equal(events.length, 1);
  await store.close();
});

test("a listener that throws does not keep a change from being published", async () => {
  const errors: unknown[] = [];
  const store = new Store({
    journal: createMemoryJournal(),
    now: () => 0,
    onListenerError: (error) => errors.push(error),
  });
  const broken = () => {
    throw new Error("broken");
  };
  store.subscribe(broken);
  store.collection("configmaps").subscribe({ onEvent: broken });
  await put(store, "a", "1");
  assert.equal(dataOf(store, "a"), "1");
  assert.equal(errors.length, 2);
  await store.close();
});

test("a writer that begins again in the breath of its answer is not left waiting", async () => {
  await using store = memoryStore();
  for (let index = 0; index < 100; index++) {
    const name = `next-${index}`;
    await store.store.write(place(name), undefined, (rv) => ({ object: configMap(name, "1", rv) }));
  }
  assert.equal(store.store.collection("configmaps").size, 100);
});

test("Collection lists by key order, by namespace and as of an older revision", async () => {
  await using store = memoryStore();
  for (const [namespace, name] of [
    ["a-b", "x"],
    ["a", "y"],
    ["a", "x"],
    ["a.b", "x"],
  ] as const) {
    await put(store.store, name, "1", namespace);
  }
  const { revision } = store.store;
  await put(store.store, "z", "1", "a");
  await remove(store.store, "x", "a");
  const collection = store.store.collection("configmaps");
  const keys = (entries: readonly { readonly key: string }[]) => entries.map((entry) => entry.key);
  assert.deepEqual(keys(collection.list()), ["a-b/x", "a.b/x", "a/y", "a/z"]);
  assert.deepEqual(keys(collection.list("a")), ["a/y", "a/z"]);
  assert.deepEqual(keys(collection.listAt(revision)), ["a-b/x", "a.b/x", "a/x", "a/y"]);
  assert.deepEqual(keys(collection.listAt(revision, "a")), ["a/x", "a/y"]);
});

test("compact() forgets old changes but no present object", async () => {
  await using store = memoryStore();
  await put(store.store, "a", "1");
  const { revision } = await put(store.store, "a", "2");
  await put(store.store, "b", "1");
  await store.store.compact(revision);
  const collection = store.store.collection("configmaps");
  assert.equal(collection.oldestRevision, revision);
  assert.equal(collection.eventsAfter(revision).length, 1);
  assert.equal(dataOf(store.store, "a"), "2");
});

test("the history forgets what is old, before its bytes fill the memory", async () => {
  await using store = memoryStore();
  for (let index = 0; index < 45; index++) await put(store.store, "big", "x".repeat(1024 * 1024));
  const { oldestRevision } = store.store.collection("configmaps");
  assert.ok(oldestRevision > 0 && oldestRevision < 15, String(oldestRevision));
  assert.equal(store.store.collection("configmaps").size, 1);
});

test("a store on disk holds objects, revisions and recent changes over a restart", async () => {
  await using folder = await temporaryFolder();
  const first = await folder.open();
  await put(first, "a", "1");
  await put(first, "a", "2");
  await put(first, "gone", "1");
  await remove(first, "gone");
  const { revision } = first;
  await first.close();

  const second = await folder.open();
  assert.equal(second.revision, revision);
  assert.equal(dataOf(second, "a"), "2");
  const events = second.collection("configmaps").eventsAfter(0);
  assert.deepEqual(
    events.map((event) => `${event.type} ${event.entry.name} ${event.previous?.revision ?? "-"}`),
    ["ADDED a -", "MODIFIED a 1", "ADDED gone -", "DELETED gone 3"],
  );
  await second.compact(revision);
  assert.equal((await put(second, "b", "1")).revision, revision + 1);
  await second.close();

  const third = await folder.open();
  assert.equal(third.collection("configmaps").oldestRevision, revision);
  assert.deepEqual(
    third
      .collection("configmaps")
      .list()
      .map((entry) => entry.name),
    ["a", "b"],
  );
  await third.close();
});

test("a store whose objects are all deleted and compacted never reuses a revision", async () => {
  await using folder = await temporaryFolder();
  const first = await folder.open();
  await put(first, "a", "1");
  const { revision } = await remove(first, "a");
  await first.compact(revision);
  await first.close();
  const second = await folder.open();
  assert.equal((await put(second, "b", "1")).revision, revision + 1);
  await second.close();
});

test("a full disk refuses writes, acknowledges none, and heals", async () => {
  await using folder = await temporaryFolder();
  const { journal } = await openSqliteJournal({ path: folder.path, maxPages: 40 });
  const troubles: (JournalError | undefined)[] = [];
  const store = new Store({ journal, now: () => 0, onTrouble: (error) => troubles.push(error) });
  const stored: string[] = [];
  const refuse = async (): Promise<unknown> => {
    for (let index = 0; ; index++) {
      const name = `big-${index}`;
      try {
        await put(store, name, "x".repeat(20_000));
      } catch (error) {
        return error;
      }
      stored.push(name);
    }
  };
  const failure = await refuse();
  assert.ok(failure instanceof JournalError);
  assert.equal(failure.outcome, "lost");
  assert.equal(store.trouble, failure);
  assert.deepEqual(
    store
      .collection("configmaps")
      .list()
      .map((entry) => entry.name)
      .sort(),
    stored.toSorted(),
  );
  for (const name of stored.slice(0, -1)) await store.compact((await removeRetrying(store, name)).revision);
  await put(store, "fits-again", "1");
  assert.equal(store.trouble, undefined);
  assert.equal(troubles.at(-1), undefined);
  await store.close();
});

test("a writer that dies loses nothing that was acknowledged, and the next write starts another", async () => {
  await using folder = await temporaryFolder();
  const { journal } = await openSqliteJournal({ path: folder.path });
  const store = new Store({ journal, now: () => 0 });
  await put(store, "a", "1");
  const racing = put(store, "b", "1").then(
    () => true,
    () => false,
  );
  await journal.killWriter();
  const acknowledged = await racing;
  await put(store, "c", "1").catch(() => put(store, "c", "1"));
  const names = store
    .collection("configmaps")
    .list()
    .map((entry) => entry.name);
  assert.ok(names.includes("a") && names.includes("c"));
  if (acknowledged) assert.ok(names.includes("b"));
  await store.close();
  const again = await folder.open();
  assert.deepEqual(
    again
      .collection("configmaps")
      .list()
      .map((entry) => entry.name),
    names,
  );
  await again.close();
});

test("a file of a newer format is refused with a sentence", async () => {
  await using folder = await temporaryFolder();
  const store = await folder.open();
  await store.close();
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(folder.path);
  db.exec("PRAGMA user_version=99");
  db.close();
  await assert.rejects(folder.open(), /it has format 99 and this Peapod knows formats up to 1/);
});

function memoryStore(): AsyncDisposable & { readonly store: Store } {
  const store = new Store({ journal: createMemoryJournal(), now: () => 0 });
  return { store, [Symbol.asyncDispose]: () => store.close() };
}

async function temporaryFolder() {
  const folder = await mkdtemp(join(tmpdir(), "apiserver-store-"));
  const path = join(folder, "state.db");
  return {
    path,
    open: async () => new Store({ ...(await openSqliteJournal({ path })), now: () => 0 }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function place(name: string, namespace = "default"): Place {
  return { resource: "configmaps", namespace, name };
}

function configMap(name: string, data: string, resourceVersion: string, namespace = "default"): StoredObject {
  const metadata = { name, namespace, uid: `uid-${name}`, resourceVersion };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { value: data } };
}

async function put(store: Store, name: string, data: string, namespace = "default"): Promise<StoreEvent> {
  const at = place(name, namespace);
  await store.settled(at);
  const written = store.write(at, store.get(at), (rv) => ({ object: configMap(name, data, rv, namespace) }));
  assert.ok(written);
  return await written;
}

async function remove(store: Store, name: string, namespace = "default"): Promise<StoreEvent> {
  const at = place(name, namespace);
  await store.settled(at);
  const written = store.write(at, store.get(at), (rv) => ({
    object: configMap(name, "last", rv, namespace),
    deleted: true,
  }));
  assert.ok(written);
  return await written;
}

/** Deleting needs a page too: room may come only with the checkpoint that follows a compaction. */
async function removeRetrying(store: Store, name: string): Promise<StoreEvent> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await remove(store, name);
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

function dataOf(store: Store, name: string): unknown {
  return (store.get(place(name))?.parse()["data"] as { readonly value?: string } | undefined)?.value;
}
