import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Admission, ConfigMap } from "@peapod/api";
import { encodeProtobuf } from "../front/index.ts";
import { type ApiServer, createApiServer } from "../server.ts";
import { type CallOptions, callServer } from "../testing/call-server.ts";
import { widgetsDefinition } from "../testing/widgets.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const secrets = "/api/v1/namespaces/default/secrets";
const widgets = "/apis/example.com/v1/namespaces/default/widgets";
const merge = "application/merge-patch+json";
const strategic = "application/strategic-merge-patch+json";

/** Refuses names that begin with "no", colours the rest, and warns of "odd" ones. */
const admission: Admission<ConfigMap> = {
  kind: ConfigMap,
  webhookName: "test-validator.example.com",
  mutate: ({ object }) => ({ ...object, data: { ...object.data, admitted: "yes" } }),
  validate: ({ object, operation }) =>
    object.metadata.name?.startsWith("no") && operation !== "DELETE"
      ? [
          { path: "data.a", reason: "FieldValueInvalid", message: "a is not welcome" },
          { path: "data.b", reason: "FieldValueRequired", message: "b is missed" },
        ]
      : [],
  warn: ({ object }) => (object.metadata.name?.startsWith("odd") ? ["an odd name"] : []),
};

let server: ApiServer;
before(async () => {
  server = await createApiServer({ crds: [widgetsDefinition], admissions: [admission as unknown as Admission] });
});
after(() => server.close());

const send = (method: string, path: string, options: CallOptions = {}) => callServer(server, method, path, options);
const pod = (name: string) => ({
  metadata: { name },
  spec: { containers: [{ name: "a", image: "x", ports: [{ containerPort: 80 }] }], volumes: [{ name: "v1" }] },
});
const pods = "/api/v1/namespaces/default/pods";

test("admission changes, refuses with all its problems, and warns", async () => {
  const made = await send("POST", configMaps, { body: { metadata: { name: "odd-one" } } });
  assert.deepEqual(made.json.data, { admitted: "yes" });
  assert.equal(made.headers.get("warning"), '299 - "an odd name"');
  const refused = await send("POST", configMaps, { body: { metadata: { name: "no-way" } } });
  assert.equal(refused.code, 422);
  assert.equal(
    refused.json.message,
    'admission webhook "test-validator.example.com" denied the request: a is not welcome, b is missed',
  );
  assert.deepEqual(refused.json.details.causes, [
    { reason: "FieldValueInvalid", message: "a is not welcome", field: "data.a" },
    { reason: "FieldValueRequired", message: "b is missed", field: "data.b" },
  ]);
});

test("what the server decides is not the client's to set", async () => {
  const made = await send("POST", configMaps, {
    body: {
      metadata: {
        name: "decided",
        uid: "mine",
        creationTimestamp: "2001-01-01T00:00:00Z",
        deletionTimestamp: "2001-01-01T00:00:00Z",
        generation: 7,
        selfLink: "/x",
      },
    },
  });
  const { uid, creationTimestamp, deletionTimestamp, generation, selfLink } = made.json.metadata;
  assert.match(uid, /^[0-9a-f-]{36}$/);
  assert.ok(creationTimestamp > "2020");
  assert.deepEqual([deletionTimestamp, generation, selfLink], [undefined, undefined, undefined]);
  const changed = await send("PATCH", `${configMaps}/decided`, {
    type: merge,
    body: { metadata: { creationTimestamp: null, deletionTimestamp: "2001-01-01T00:00:00Z", labels: { a: "b" } } },
  });
  assert.equal(changed.json.metadata.creationTimestamp, creationTimestamp);
  assert.equal(changed.json.metadata.deletionTimestamp, undefined);
});

test("stringData becomes data, the type is fixed, and values must be base64", async () => {
  const made = await send("POST", secrets, { body: { metadata: { name: "s" }, stringData: { user: "me" } } });
  assert.deepEqual([made.json.data, made.json.stringData, made.json.type], [{ user: "bWU=" }, undefined, "Opaque"]);
  const retyped = await send("PATCH", `${secrets}/s`, { type: merge, body: { type: "other" } });
  assert.match(retyped.json.message, /type: Invalid value: "other": field is immutable/);
  const wrong = await send("POST", secrets, { body: { metadata: { name: "w" }, data: { a: "*" } } });
  assert.ok(wrong.code >= 400 && wrong.code < 500, wrong.text);
});

test("nulls and empty texts stand for nothing, quantities and times are written one way", async () => {
  const made = await send("POST", pods, {
    body: {
      metadata: { name: "tidy", creationTimestamp: null, labels: null },
      spec: {
        containers: [{ name: "a", image: "x", resources: { limits: { cpu: 1, memory: "1024Mi" } } }],
        nodeName: "",
      },
    },
  });
  assert.equal(made.code, 201, made.text);
  assert.deepEqual(made.json.spec.containers[0].resources.limits, { cpu: "1", memory: "1Gi" });
  assert.equal("nodeName" in made.json.spec, false);
  const lease = await send("POST", "/apis/coordination.k8s.io/v1/namespaces/default/leases", {
    body: { metadata: { name: "l" }, spec: { renewTime: "2026-11-21T14:08:41.23+01:00" } },
  });
  assert.equal(lease.json.spec.renewTime, "2026-11-21T13:08:41.230000Z");
});

test("a body may be YAML, or protobuf where the kind has it, and the answer too", async () => {
  const yaml = await send("POST", configMaps, {
    type: "application/yaml",
    body: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  a: 'yes'\n",
    headers: { accept: "application/yaml" },
  });
  assert.equal(yaml.code, 201, yaml.text);
  assert.match(yaml.text, /^apiVersion: v1\ndata:\n {2}a: "yes"\n {2}admitted: "yes"\nkind: ConfigMap$/m);
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "proto" }, data: { a: "b" } };
  const proto = await send("POST", configMaps, {
    type: "application/vnd.kubernetes.protobuf",
    body: encodeProtobuf(ConfigMap.schema, object),
  });
  assert.deepEqual([proto.code, proto.json.data], [201, { a: "b", admitted: "yes" }]);
});

test("truncated protobuf is refused, not looped over", async () => {
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "cut" }, data: { a: "b" } };
  const whole = encodeProtobuf(ConfigMap.schema, object);
  const cut = await send("POST", configMaps, {
    type: "application/vnd.kubernetes.protobuf",
    body: whole.slice(0, whole.length - 9),
  });
  assert.equal(cut.code, 400);
});

test("a strategic merge patch joins lists by their keys, and obeys its directives", async () => {
  await send("POST", pods, { body: pod("merged") });
  const patched = await send("PATCH", `${pods}/merged`, {
    type: strategic,
    body: { spec: { containers: [{ name: "a", image: "y" }] } },
  });
  assert.equal(patched.code, 200, patched.text);
  assert.deepEqual(
    patched.json.spec.containers.map(({ name, image }: Record<string, string>) => [name, image]),
    [["a", "y"]],
  );
  assert.deepEqual(patched.json.spec.containers[0].ports, [{ containerPort: 80, protocol: "TCP" }]);
  const status = await send("PATCH", `${pods}/merged/status`, {
    type: strategic,
    body: { status: { conditions: [{ type: "Ready", status: "True" }] } },
  });
  const more = await send("PATCH", `${pods}/merged/status`, {
    type: strategic,
    body: { status: { conditions: [{ type: "Initialized", status: "True" }] } },
  });
  assert.equal(status.code, 200);
  assert.deepEqual(more.json.status.conditions.map(({ type }: { readonly type: string }) => type).sort(), [
    "Initialized",
    "Ready",
  ]);
});

test("a pod's spec is fixed, but for a few fields", async () => {
  await send("POST", pods, { body: pod("fixed") });
  const refused = await send("PATCH", `${pods}/fixed`, { type: merge, body: { spec: { hostname: "other" } } });
  assert.equal(refused.code, 422);
  assert.match(refused.json.message, /^Pod "fixed" is invalid: spec: Forbidden: pod updates may not change fields/);
});

test("wrong types in built-in kinds are refused as Go's decoder would", async () => {
  const refused = await send("POST", configMaps, { body: { metadata: { name: "t" }, data: { a: 1 } } });
  assert.equal(refused.code, 400);
  assert.equal(
    refused.json.message,
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data.a of type string',
  );
});

test("events.k8s.io and core show one Event under two sets of names", async () => {
  const made = await send("POST", "/apis/events.k8s.io/v1/namespaces/default/events", {
    body: {
      metadata: { name: "e1" },
      regarding: { kind: "Pod", name: "p1", namespace: "default" },
      reason: "Tested",
      note: "a note",
      type: "Normal",
      action: "Testing",
      reportingController: "example.com/test",
      reportingInstance: "i",
      eventTime: "2026-11-21T13:08:41.000000Z",
    },
  });
  assert.equal(made.code, 201, made.text);
  const core = (await send("GET", "/api/v1/namespaces/default/events/e1")).json;
  assert.deepEqual(
    [core.apiVersion, core.message, core.involvedObject.name, core.reportingComponent],
    ["v1", "a note", "p1", "example.com/test"],
  );
  const selected = await send("GET", "/apis/events.k8s.io/v1/events?fieldSelector=regarding.name%3Dp1");
  assert.deepEqual([selected.json.items.length, selected.json.items[0].note], [1, "a note"]);
});

test("a Lease may be made by a PUT, and then demands its version", async () => {
  const leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
  const body = { metadata: { name: "put" }, spec: { holderIdentity: "a" } };
  const made = await send("PUT", `${leases}/put`, { body });
  assert.equal(made.code, 201, made.text);
  assert.match((await send("PUT", `${leases}/put`, { body })).json.message, /must be specified for an update/);
});

test("an identical PUT takes no version, and the uid of another object is refused", async () => {
  const made = (await send("POST", configMaps, { body: { metadata: { name: "same" } } })).json;
  const again = await send("PUT", `${configMaps}/same`, { body: made });
  assert.equal(again.json.metadata.resourceVersion, made.metadata.resourceVersion);
});

test("methods that a resource does not have are refused by name", async () => {
  const put = await send("POST", `${configMaps}/same`, { body: {} });
  assert.deepEqual([put.code, put.json.reason], [405, "MethodNotAllowed"]);
  const all = await send("DELETE", "/api/v1/namespaces");
  assert.equal(all.json.message, 'deletecollection is not supported on resources of kind "namespaces"');
  assert.equal((await send("GET", "/api/v1/namespaces/default/pods/x/nothing")).text, "404 page not found\n");
});

test("objects are found under their own namespace or none, and nowhere else", async () => {
  for (const path of ["/api/v1/namespaces/default/nodes", "/api/v1/configmaps/same"]) {
    assert.equal((await send("GET", path)).text, "404 page not found\n");
  }
  const loose = await send("POST", "/api/v1/configmaps", { body: { metadata: { name: "loose" } } });
  assert.equal(loose.code, 405);
});

test("names in the path are checked", async () => {
  const slash = await send("GET", `${configMaps}/a%2Fb`);
  assert.deepEqual([slash.code, slash.json.message], [400, "Name parameter invalid: \"a/b\": may not contain '/'"]);
  assert.equal((await send("GET", `${configMaps}/%zz`)).code, 400);
});

test("a merge patch that repeats a key is warned of, and refused when strict", async () => {
  const body = '{"data":{"a":"1"},"data":{"a":"2"}}';
  const warned = await send("PATCH", `${configMaps}/same`, { type: merge, body });
  assert.equal(warned.headers.get("warning"), '299 - "duplicate field \\"data\\""');
  const strict = await send("PATCH", `${configMaps}/same?fieldValidation=Strict`, { type: merge, body });
  assert.equal(strict.code, 400);
});

test("fields that a parent forbids are reported with their path, also in a status", async () => {
  await send("POST", widgets, {
    body: { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" }, spec: { color: "red" } },
  });
  const refused = await send("PATCH", `${widgets}/w/status`, { type: merge, body: { status: { replicas: "many" } } });
  assert.equal(refused.code, 422);
  assert.match(refused.json.message, /status.replicas in body must be of type integer: "string"/);
});
