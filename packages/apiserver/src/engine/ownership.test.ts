/** Who owns which field, as clients see it in `metadata.managedFields`. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ApiServer, createApiServer } from "../server.ts";
import { type CallOptions, callServer } from "../testing/call-server.ts";
import { widgetsDefinition } from "../testing/widgets.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const widgets = "/apis/example.com/v1/namespaces/default/widgets";
const merge = "application/merge-patch+json";
const apply = "application/apply-patch+yaml";

let server: ApiServer;
before(async () => {
  server = await createApiServer({ crds: [widgetsDefinition] });
});
after(() => server.close());

const send = (method: string, path: string, options: CallOptions = {}) => callServer(server, method, path, options);
const configMap = (name: string, data: object) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data });
interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly fieldsV1: object;
}
const entriesOf = (answer: { readonly json: { readonly metadata: { readonly managedFields?: readonly Entry[] } } }) =>
  (answer.json.metadata.managedFields ?? []).map(({ manager, operation, subresource, fieldsV1 }) => [
    manager,
    operation,
    subresource ?? "",
    fieldsV1,
  ]);

test("a create is tracked under the program's name, or under the manager it gives", async () => {
  const plain = await send("POST", configMaps, {
    body: configMap("tracked", { a: "1" }),
    headers: { "user-agent": "kubectl/v1.20.2 (linux/amd64) kubernetes/faecb19" },
  });
  assert.deepEqual(entriesOf(plain), [["kubectl", "Update", "", { "f:data": { ".": {}, "f:a": {} } }]]);
  const named = await send("PATCH", `${configMaps}/tracked?fieldManager=me`, {
    type: merge,
    body: { data: { b: "2" } },
  });
  assert.deepEqual(entriesOf(named), [
    ["kubectl", "Update", "", { "f:data": { ".": {}, "f:a": {} } }],
    ["me", "Update", "", { "f:data": { "f:b": {} } }],
  ]);
});

test("subresources have entries of their own", async () => {
  const body = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" }, spec: { color: "red" } };
  await send("POST", `${widgets}?fieldManager=a`, { body });
  await send("PATCH", `${widgets}/w/scale?fieldManager=b`, { type: merge, body: { spec: { replicas: 2 } } });
  const answer = await send("PATCH", `${widgets}/w/status?fieldManager=c`, {
    type: merge,
    body: { spec: { color: "blue" }, status: { replicas: 2 } },
  });
  assert.deepEqual(entriesOf(answer), [
    ["a", "Update", "", { "f:spec": { ".": {}, "f:color": {} } }],
    ["b", "Update", "scale", { "f:spec": { "f:replicas": {} } }],
    ["c", "Update", "status", { "f:status": { ".": {}, "f:replicas": {} } }],
  ]);
});

test("an empty entry resets the record; the next apply sees what was there before it", async () => {
  await send("POST", configMaps, { body: configMap("reset", { a: "1" }) });
  const reset = await send("PATCH", `${configMaps}/reset`, {
    type: merge,
    body: { metadata: { managedFields: [{}] } },
  });
  assert.equal(reset.json.metadata.managedFields, undefined);
  const changed = await send("PATCH", `${configMaps}/reset`, { type: merge, body: { data: { a: "2" } } });
  assert.equal(changed.json.metadata.managedFields, undefined);
  const applied = await send("PATCH", `${configMaps}/reset?fieldManager=me`, {
    type: apply,
    body: configMap("reset", { b: "1" }),
  });
  assert.deepEqual(entriesOf(applied), [
    ["me", "Apply", "", { "f:data": { "f:b": {} } }],
    ["before-first-apply", "Update", "", { "f:data": { "f:a": {} } }],
  ]);
});

test("kubectl moves its ownership from client-side to server-side apply without a conflict", async () => {
  const lastApplied = `${JSON.stringify(configMap("moved", { a: "1" }))}\n`;
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": lastApplied };
  const object = configMap("moved", { a: "1" });
  await send("POST", `${configMaps}?fieldManager=kubectl-client-side-apply`, {
    body: { ...object, metadata: { ...object.metadata, annotations } },
  });
  const applied = await send("PATCH", `${configMaps}/moved?fieldManager=kubectl`, {
    type: apply,
    body: configMap("moved", { a: "2" }),
  });
  assert.equal(applied.code, 200, applied.text);
  const text = applied.json.metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"];
  assert.deepEqual(JSON.parse(text).data, { a: "2" });
  const { managedFields, resourceVersion } = applied.json.metadata;
  const moved = await send("PATCH", `${configMaps}/moved`, {
    type: "application/json-patch+json",
    body: [
      { op: "replace", path: "/metadata/managedFields", value: managedFields.slice(0, 1) },
      { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion },
    ],
  });
  assert.deepEqual(
    moved.json.metadata.managedFields.map(({ manager }: Entry) => manager),
    ["kubectl"],
  );
});

test("more than ten updaters make room for each other", async () => {
  await send("POST", `${configMaps}?fieldManager=m0`, { body: configMap("crowded", { m0: "x" }) });
  for (let index = 1; index <= 11; index++) {
    await send("PATCH", `${configMaps}/crowded?fieldManager=m${index}`, {
      type: merge,
      body: { data: { [`m${index}`]: "x" } },
    });
  }
  const { managedFields } = (await send("GET", `${configMaps}/crowded`)).json.metadata;
  assert.equal(managedFields.length, 10);
  assert.ok(managedFields.some(({ manager }: Entry) => manager === "ancient-changes"));
});

test("an apply by version is a Conflict when the object has moved on", async () => {
  const made = await send("POST", configMaps, { body: configMap("versioned", {}) });
  const { resourceVersion } = made.json.metadata;
  await send("PATCH", `${configMaps}/versioned`, { type: merge, body: { data: { a: "1" } } });
  const refused = await send("PATCH", `${configMaps}/versioned?fieldManager=me`, {
    type: apply,
    body: { ...configMap("versioned", { b: "1" }), metadata: { name: "versioned", resourceVersion } },
  });
  assert.deepEqual([refused.code, refused.json.reason], [409, "Conflict"]);
});
