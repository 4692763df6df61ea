/** The shapes that a real API server answered with, line by line of the recording, against ours. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ApiServer, createApiServer } from "../server.ts";
import { type CallOptions, callServer } from "../testing/call-server.ts";
import { readEvents } from "../testing/read-events.ts";
import { widgetsDefinition } from "../testing/widgets.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const widgets = "/apis/example.com/v1/namespaces/default/widgets";
const table = "application/json;as=Table;v=v1;g=meta.k8s.io";
const partial = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
const partialList = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
const selector = "labelSelector=pg%3D1";

let server: ApiServer;
before(async () => {
  server = await createApiServer({ crds: [widgetsDefinition] });
  for (const name of ["pg0", "pg1", "pg2", "pg3", "pg4", "pg5", "pg6"]) await makeConfigMap(name);
});
after(() => server.close());

const send = (method: string, path: string, options: CallOptions = {}) => callServer(server, method, path, options);
const makeConfigMap = (name: string) =>
  send("POST", configMaps, { body: { metadata: { name, labels: { pg: "1" } }, data: { a: "b" } } });
const names = (list: { readonly items: readonly { readonly metadata: { readonly name: string } }[] }) =>
  list.items.map(({ metadata }) => metadata.name);
const merge = (name: string, body: unknown) =>
  send("PATCH", `${configMaps}/${name}`, { type: "application/merge-patch+json", body });

test("pages show the first page's snapshot, and their tokens are Kubernetes' own form", async () => {
  const first = (await send("GET", `${configMaps}?limit=3&${selector}`)).json;
  const token = JSON.parse(Buffer.from(first.metadata.continue, "base64url").toString());
  assert.deepEqual(token, { v: "meta.k8s.io/v1", rv: Number(first.metadata.resourceVersion), start: "/pg2\u0000" });
  assert.equal("remainingItemCount" in first.metadata, false);
  await makeConfigMap("pg00");
  await makeConfigMap("pg35");
  const second = (await send("GET", `${configMaps}?limit=3&${selector}&continue=${first.metadata.continue}`)).json;
  assert.deepEqual(names(second), ["pg3", "pg4", "pg5"]);
  assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
  const plain = (await send("GET", `${configMaps}?limit=3&continue=${first.metadata.continue}`)).json;
  assert.deepEqual(names(plain), ["pg3", "pg4", "pg5"]);
  assert.equal(plain.metadata.remainingItemCount, 1);
  const last = (await send("GET", `${configMaps}?limit=3&continue=${second.metadata.continue}`)).json;
  assert.deepEqual(names(last), ["pg6"]);
  assert.deepEqual(Object.keys(last.metadata), ["resourceVersion"]);
  await send("DELETE", `${configMaps}/pg35`);
});

test("items of built-in lists say nothing of their kind, those of custom lists do", async () => {
  const maps = (await send("GET", configMaps)).json;
  assert.deepEqual(Object.keys(maps), ["kind", "apiVersion", "metadata", "items"]);
  assert.deepEqual(Object.keys(maps.items[0]), ["metadata", "data"]);
  const list = (await send("GET", widgets)).json;
  assert.deepEqual(Object.keys(list), ["apiVersion", "items", "kind", "metadata"]);
  assert.deepEqual(list.metadata.continue, "");
  assert.deepEqual(list.items, []);
});

test("tables and partial objects come in place of objects where they are asked for", async () => {
  const answer = await send("GET", configMaps, { headers: { accept: table } });
  assert.equal(answer.headers.get("content-type"), "application/json");
  assert.equal(answer.json.kind, "Table");
  assert.equal(answer.json.rows[0].object.kind, "PartialObjectMetadata");
  const bare = await send("GET", `${configMaps}?includeObject=None`, { headers: { accept: table } });
  assert.equal(bare.json.rows[0].object, null);
  const whole = await send("GET", `${configMaps}?includeObject=Object`, { headers: { accept: table } });
  assert.deepEqual(Object.keys(whole.json.rows[0].object), ["apiVersion", "kind", "metadata", "data"]);
  const list = (await send("GET", configMaps, { headers: { accept: partialList } })).json;
  assert.equal(list.kind, "PartialObjectMetadataList");
  assert.deepEqual(Object.keys(list.items[0]), ["kind", "apiVersion", "metadata"]);
  const one = (await send("GET", `${configMaps}/pg0`, { headers: { accept: partial } })).json;
  assert.deepEqual([one.kind, one.metadata.name, one.data], ["PartialObjectMetadata", "pg0", undefined]);
  const wrong = await send("GET", configMaps, { headers: { accept: "application/json;as=Foo;v=v1;g=meta.k8s.io" } });
  assert.equal(wrong.code, 406);
});

test("a watch by label sees what changes, what leaves the selection and what comes back", async () => {
  const start = (await send("GET", `${configMaps}?${selector}`)).json.metadata.resourceVersion;
  await using events = readEvents(server, `${configMaps}?watch=true&${selector}&resourceVersion=${start}`);
  await merge("pg1", { data: { a: "c" } });
  await merge("pg2", { metadata: { labels: { pg: null } } });
  await merge("pg2", { metadata: { labels: { pg: "1" } } });
  await send("DELETE", `${configMaps}/pg3`);
  const seen = await events.take(4);
  assert.deepEqual(
    seen.map(({ type, object }) => [type, object.metadata.name, object.metadata.labels, object.kind]),
    [
      ["MODIFIED", "pg1", { pg: "1" }, "ConfigMap"],
      ["DELETED", "pg2", { pg: "1" }, "ConfigMap"],
      ["ADDED", "pg2", { pg: "1" }, "ConfigMap"],
      ["DELETED", "pg3", { pg: "1" }, "ConfigMap"],
    ],
  );
  const versions = seen.map(({ object }) => Number(object.metadata.resourceVersion));
  assert.deepEqual(
    versions,
    [1, 2, 3, 4].map((step) => Number(start) + step),
  );
});

test("a watch without a version, or from 0, begins with everything there is", async () => {
  for (const query of ["", "&resourceVersion=0"]) {
    await using events = readEvents(server, `${configMaps}?watch=true&${selector}${query}`);
    const seen = await events.take(7);
    assert.deepEqual(
      seen.map(({ type, object }) => `${type} ${object.metadata.name}`),
      ["pg0", "pg00", "pg1", "pg2", "pg4", "pg5", "pg6"].map((name) => `ADDED ${name}`),
    );
  }
});

test("a watch from the future is open and silent", async () => {
  const answer = await send("GET", `${configMaps}?watch=true&resourceVersion=99999999&timeoutSeconds=1`);
  assert.deepEqual([answer.code, answer.text], [200, ""]);
});

test("a streaming list ends its initial objects with a marked bookmark, where bookmarks are allowed", async () => {
  const query = `watch=true&${selector}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`;
  await using events = readEvents(server, `${configMaps}?${query}&allowWatchBookmarks=true`);
  const seen = await events.take(8);
  const bookmark = seen[7];
  assert.deepEqual(bookmark, {
    type: "BOOKMARK",
    object: {
      kind: "ConfigMap",
      apiVersion: "v1",
      metadata: {
        resourceVersion: bookmark?.object.metadata.resourceVersion,
        annotations: { "k8s.io/initial-events-end": "true" },
      },
    },
  });
  const without = await send("GET", `${configMaps}?${query}&timeoutSeconds=1`);
  assert.equal(without.text.trim().split("\n").length, 7);
  assert.doesNotMatch(without.text, /BOOKMARK/);
});

test("a watch as a table names its columns in the first event only", async () => {
  await send("POST", widgets, {
    body: { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "t1" }, spec: { color: "red" } },
  });
  const query = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
  await using events = readEvents(server, `${widgets}?${query}`, { accept: table });
  const [added, bookmark] = await events.take(2);
  assert.equal(added?.object.kind, "Table");
  assert.deepEqual(
    added?.object.columnDefinitions.map((column: { readonly name: string }) => column.name),
    ["Name", "Age", "Color", "Ready", "Wide"],
  );
  assert.equal("columnDefinitions" in (bookmark?.object ?? {}), false);
  assert.deepEqual(bookmark?.object.rows[0].cells, ["", null, null, null, null]);
  assert.equal(bookmark?.object.rows[0].object.metadata.annotations["k8s.io/initial-events-end"], "true");
});

test("a watch of partial objects shows metadata alone", async () => {
  await using events = readEvents(server, `${configMaps}?watch=true&${selector}`, { accept: partial });
  const [first] = await events.take(1);
  assert.deepEqual(Object.keys(first?.object ?? {}), ["kind", "apiVersion", "metadata"]);
});

test("the old watch paths watch, and watch=1 on an object's path is a get", async () => {
  await using events = readEvents(server, "/api/v1/watch/namespaces/default/configmaps/pg0");
  const [first] = await events.take(1);
  assert.deepEqual([first?.type, first?.object.metadata.name], ["ADDED", "pg0"]);
  assert.equal((await send("GET", `${configMaps}/pg0?watch=1`)).json.kind, "ConfigMap");
});

test("a delete answers with a Status that names the uid; deletecollection with what was deleted", async () => {
  const body = (name: string) => ({
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name },
    spec: { color: "red" },
  });
  const { uid } = (await send("POST", widgets, { body: body("d1") })).json.metadata;
  const dry = await send("DELETE", `${widgets}/d1?dryRun=All`);
  const gone = await send("DELETE", `${widgets}/d1`);
  const details = { name: "d1", group: "example.com", kind: "widgets", uid };
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
  assert.deepEqual([dry.code, dry.json], [200, status]);
  assert.deepEqual([gone.code, gone.json], [200, status]);
  await send("POST", widgets, { body: body("d2") });
  const all = await send("DELETE", widgets);
  assert.equal(all.json.kind, "WidgetList");
  assert.deepEqual(names(all.json), ["d2", "t1"]);
  assert.deepEqual((await send("GET", widgets)).json.items, []);
});

test("a write that changes nothing takes no revision", async () => {
  const before = (await send("GET", `${configMaps}/pg0`)).json;
  const put = await send("PUT", `${configMaps}/pg0`, { body: before });
  assert.equal(put.json.metadata.resourceVersion, before.metadata.resourceVersion);
  const patched = await merge("pg0", { data: { a: "b" } });
  assert.equal(patched.json.metadata.resourceVersion, before.metadata.resourceVersion);
});

test("a ConfigMap may be updated without a version, and is not made by a PUT", async () => {
  const plain = await send("PUT", `${configMaps}/pg0`, { body: { metadata: { name: "pg0" }, data: { a: "z" } } });
  assert.deepEqual([plain.code, plain.json.data], [200, { a: "z" }]);
  const missing = await send("PUT", `${configMaps}/newone`, { body: { metadata: { name: "newone" } } });
  assert.deepEqual([missing.code, missing.json.message], [404, 'configmaps "newone" not found']);
});
