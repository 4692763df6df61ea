import assert from "node:assert/strict";
import test from "node:test";
import { keyOf } from "../client/paths.ts";
import { internalError } from "../errors/refusals.ts";
import { eventually } from "../testing/eventually.ts";
import { createFakeApi, type FakeApi } from "../testing/fake-api.ts";
import { Widget, widget } from "../testing/widget.ts";
import { Informer, type InformerOptions } from "./informer.ts";
import { ObjectStore } from "./object-store.ts";

test("Informer lists in pages, then follows changes", async (t) => {
  const api = createFakeApi();
  api.put(Widget, widget("a/w1"));
  const { informer, changes } = start(t, api);
  await informer.synced;
  api.put(Widget, widget("a/w2"));
  api.put(Widget, widget("a/w1", { spec: { color: "red" } }));
  api.remove(Widget, { namespace: "a", name: "w2" });
  await eventually(() => changes.length === 4);
  assert.deepEqual(changes, ["added a/w1", "added a/w2", "modified a/w1", "deleted a/w2"]);
  assert.equal(informer.store.get("a/w1")?.spec?.color, "red");
});

test("Informer takes the list as a stream where asked to", async (t) => {
  const api = createFakeApi();
  api.put(Widget, widget("a/w1"));
  const { informer, changes } = start(t, api, { sendInitialEvents: true });
  await informer.synced;
  api.put(Widget, widget("a/w2"));
  await eventually(() => changes.length === 2);
  assert.equal(api.requests.filter(({ path }) => path.endsWith("/widgets")).length, 1);
});

test("Informer goes on from its version after a watch broke, missing nothing", async (t) => {
  const api = createFakeApi();
  const { informer, changes } = start(t, api);
  await informer.synced;
  await eventually(() => api.requests.length === 2);
  api.dropWatches(new Error("reset by peer"));
  api.put(Widget, widget("a/w1"));
  await eventually(() => changes.length === 1);
  assert.equal(api.requests.filter(({ path }) => path.endsWith("/widgets")).length, 3, "one list, two watches");
});

test("Informer lists again when its version is too old, and tells what happened meanwhile", async (t) => {
  const api = createFakeApi();
  api.put(Widget, widget("a/same"));
  api.put(Widget, widget("a/gone"));
  const { informer, changes } = start(t, api);
  await informer.synced;
  await eventually(() => api.requests.length === 2);
  changes.length = 0;
  api.remove(Widget, { namespace: "a", name: "gone" });
  await eventually(() => changes.length === 1);
  api.failWhen(() => internalError("away"));
  api.dropWatches();
  await eventually(() => api.requests.length > 2);
  api.put(Widget, widget("a/new"));
  api.remove(Widget, { namespace: "a", name: "same" });
  api.compact();
  api.failWhen(() => undefined);
  await eventually(() => changes.length === 3);
  assert.deepEqual(changes, ["deleted a/gone", "added a/new", "deleted a/same"]);
});

test("Informer survives a server that answers with errors", async (t) => {
  const api = createFakeApi();
  api.put(Widget, widget("a/w1"));
  api.failWhen(() => internalError("not now"));
  const { informer } = start(t, api);
  await eventually(() => api.requests.length >= 1);
  api.failWhen(() => undefined);
  await informer.synced;
  assert.equal(informer.store.size, 1);
});

test("Informer sees one namespace or selection, and an object that leaves it as deleted", async (t) => {
  const api = createFakeApi();
  const red = widget("a/w1", { spec: { color: "red" } });
  api.put(Widget, red);
  api.put(Widget, widget("a/w2", { spec: { color: "blue" } }));
  const { informer, changes } = start(t, api, { fieldSelector: "spec.color=red" });
  await informer.synced;
  api.put(Widget, { ...red, spec: { color: "blue" } });
  await eventually(() => changes.length === 2);
  assert.deepEqual(changes, ["added a/w1", "deleted a/w1"]);
});

test("Informer.hasSeen() waits for a write to arrive", async (t) => {
  const api = createFakeApi();
  const { informer } = start(t, api);
  await informer.synced;
  const created = await api.client.create(Widget, widget("a/w1"));
  assert.equal(await informer.hasSeen("a/w1", created.metadata.resourceVersion ?? "", 10_000), true);
  assert.equal(informer.store.get("a/w1")?.metadata.uid, created.metadata.uid);
  assert.equal(await informer.hasSeen("a/w1", "999999", 20), false);
});

test("Informer tells an object that was made anew as two changes", async (t) => {
  const api = createFakeApi();
  api.put(Widget, widget("a/w1", { metadata: { uid: "first" } }));
  const { informer, changes } = start(t, api);
  await informer.synced;
  api.put(Widget, widget("a/w1", { metadata: { uid: "second" } }));
  await eventually(() => changes.length === 3);
  assert.deepEqual(changes, ["added a/w1", "deleted a/w1", "added a/w1"]);
});

test("ObjectStore finds by namespace, by owner and by indexes of one's own", () => {
  const store = new ObjectStore<Widget>({ color: ({ spec }) => (spec?.color ? [spec.color] : []) });
  const owner = { apiVersion: "v1", kind: "X", name: "x", uid: "u1" };
  store.set(
    widget("a/w1", { spec: { color: "red" }, metadata: { namespace: "a", name: "w1", ownerReferences: [owner] } }),
  );
  store.set(widget("b/w2", { spec: { color: "red" } }));
  assert.deepEqual(store.listByIndex("color", "red").map(keyOf), ["a/w1", "b/w2"]);
  assert.deepEqual(store.listByIndex("namespace", "b").map(keyOf), ["b/w2"]);
  assert.deepEqual(store.listByIndex("owner", "u1").map(keyOf), ["a/w1"]);
  store.set(widget("a/w1", { spec: { color: "blue" } }));
  assert.deepEqual(store.listByIndex("color", "red").map(keyOf), ["b/w2"]);
  assert.deepEqual(store.listByIndex("owner", "u1"), []);
  store.delete("b/w2");
  assert.deepEqual(store.listByIndex("color", "red"), []);
  assert.throws(() => store.listByIndex("size", "1"), /there are only namespace, owner, color/);
});

function start(t: test.TestContext, api: FakeApi, options: Partial<InformerOptions<Widget>> = {}) {
  const abort = new AbortController();
  const informer = new Informer<Widget>({ client: api.client, kind: Widget, random: () => 0, ...options });
  const changes: string[] = [];
  informer.onChange(({ type, object }) => changes.push(`${type} ${keyOf(object)}`));
  const done = informer.run(abort.signal);
  t.after(() => {
    abort.abort();
    return done;
  });
  return { informer, changes };
}
