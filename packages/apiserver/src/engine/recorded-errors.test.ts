/**
 * Replays the errors that a real API server answered with. Every line of the recording is either replayed or listed as not ours,
 * with the reason.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { type ApiServer, createApiServer } from "../server.ts";
import { type Answer, type CallOptions, callServer } from "../testing/call-server.ts";
import { widgetsDefinition } from "../testing/widgets.ts";

const widgets = "/apis/example.com/v1/namespaces/default/widgets";
const configMaps = "/api/v1/namespaces/default/configmaps";
const merge = "application/merge-patch+json";
const jsonPatch = "application/json-patch+json";
const apply = "application/apply-patch+yaml";
const bob = { username: "bob", groups: ["devs", "system:authenticated"] };

let server: ApiServer;
before(async () => {
  server = await createApiServer({ crds: [widgetsDefinition] });
});
after(() => server.close());

const send = (method: string, path: string, options: CallOptions = {}) => callServer(server, method, path, options);
const widget = (name: string, spec: object = { color: "red" }, metadata: object = {}) => ({
  apiVersion: "example.com/v1",
  kind: "Widget",
  metadata: { name, ...metadata },
  spec,
});
const read = async (name: string) => (await send("GET", `${widgets}/${name}`)).json;
const post = (body: unknown, query = "", options: CallOptions = {}) =>
  send("POST", `${widgets}${query}`, { body, ...options });
const put = async (change: (object: ReturnType<typeof widget> & Record<string, never>) => unknown) =>
  send("PUT", `${widgets}/e1`, { body: change(await read("e1")) });
const patch = (type: string, body: unknown, query = "", name = "e1") =>
  send("PATCH", `${widgets}/${name}${query}`, { type, body });

/** In the order of the recording: later cases build on what earlier ones made. */
const cases: Readonly<Record<string, () => Promise<Answer>>> = {
  "get missing": () => send("GET", `${widgets}/nope`),
  create: () => post(widget("e1")),
  "create dup": () => post(widget("e1")),
  "update without rv": () => send("PUT", `${widgets}/e1`, { body: widget("e1") }),
  'update rv "0"': () =>
    send("PUT", `${widgets}/e1`, { body: widget("e1", { color: "red" }, { resourceVersion: "0" }) }),
  "update rv garbage": () =>
    send("PUT", `${widgets}/e1`, { body: widget("e1", { color: "red" }, { resourceVersion: "abc" }) }),
  "update stale rv": () =>
    send("PUT", `${widgets}/e1`, { body: widget("e1", { color: "red" }, { resourceVersion: "1" }) }),
  "update wrong uid": () => put((object) => ({ ...object, metadata: { ...object.metadata, uid: "x" } })),
  "update missing object": () =>
    send("PUT", `${widgets}/zz`, { body: widget("zz", { color: "red" }, { resourceVersion: "1" }) }),
  "update name mismatch": () => put((object) => ({ ...object, metadata: { ...object.metadata, name: "e2" } })),
  "create ns mismatch": () => post(widget("e2", undefined, { namespace: "kube-system" })),
  "create ns not found": () => send("POST", widgets.replace("default", "nons"), { body: widget("e2") }),
  "create with rv": () => post(widget("e2", undefined, { resourceVersion: "5" })),
  "create no name": () => post({ ...widget(""), metadata: {} }),
  "create bad name": () => post(widget("Bad_Name")),
  "create generateName": () => post({ ...widget(""), metadata: { generateName: "gen-" } }),
  "create invalid spec (many)": () =>
    post(
      widget("e2", {
        color: "pink",
        replicas: 11,
        name: "toolong",
        size: true,
        tags: ["a", "a"],
        ports: [{ port: 1 }, { port: 1 }],
      }),
    ),
  "missing required": () => post(widget("e2", {})),
  "wrong type": () => post(widget("e2", { color: "red", replicas: "x" })),
  "bad label": () => post(widget("e2", undefined, { labels: { "a b": "c d" } })),
  "bad finalizer": () => post(widget("e3", undefined, { finalizers: ["x"] })),
  "bad ownerRef": () =>
    post(widget("e2", undefined, { ownerReferences: [{ apiVersion: "", kind: "X", name: "", uid: "" }] })),
  "unknown field default(Ignore? no param)": () => post(widget("e4", { color: "red", bogus: 1 })),
  "unknown field Warn": () =>
    post(widget("e5", { color: "red", bogus: 1, free: { z: 1 } }, { foo: 1 }), "?fieldValidation=Warn"),
  "unknown field Strict": () =>
    post(widget("e6", { color: "red", bogus: 1, ports: [{ port: 1, zz: 1 }] }, { foo: 1 }), "?fieldValidation=Strict"),
  "dup field Strict": () =>
    post(
      '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"e6"},"spec":{"color":"red","color":"blue"}}',
      "?fieldValidation=Strict",
    ),
  "dup field Warn": () =>
    post(
      '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"e6"},"spec":{"color":"red","color":"blue"}}',
    ),
  "fieldValidation bad": () => post(widget("e2"), "?fieldValidation=Foo"),
  "dryRun bad": () => post(widget("e2"), "?dryRun=Foo"),
  "bad json": () => post('{"a":'),
  "empty body": () => send("POST", widgets),
  "no kind": () => post('{"metadata":{"name":"e2"}}'),
  "wrong kind": () => post({ ...widget("e2"), kind: "Foo" }),
  "wrong apiVersion": () => post({ ...widget("e2"), apiVersion: "example.com/v2" }),
  "unsupported content type": () => post("x", "", { type: "text/plain" }),
  "not acceptable": () => send("GET", `${widgets}/e1`, { headers: { accept: "text/plain" } }),
  "yaml accept": () => send("GET", `${widgets}/e1`, { headers: { accept: "application/yaml" } }),
  "protobuf accept CR only": () =>
    send("GET", `${widgets}/e1`, { headers: { accept: "application/vnd.kubernetes.protobuf" } }),
  "cbor accept": () => send("GET", `${widgets}/e1`, { headers: { accept: "application/cbor" } }),
  "post to item": () => send("POST", `${widgets}/e1`, { body: widget("e1") }),
  "put to collection": () => send("PUT", widgets, { body: widget("e1") }),
  "unknown resource": () => send("GET", "/apis/example.com/v1/namespaces/default/gadgets"),
  "unknown group": () => send("GET", "/apis/nope.com/v1/things"),
  "unknown path": () => send("GET", "/nope"),
  "unknown subresource": () => send("GET", `${widgets}/e1/foo`),
  "jsonpatch test fail": () => patch(jsonPatch, [{ op: "test", path: "/spec/color", value: "blue" }]),
  "jsonpatch missing path": () => patch(jsonPatch, [{ op: "replace", path: "/spec/nope/x", value: 1 }]),
  "jsonpatch malformed": () => patch(jsonPatch, { a: 1 }),
  "jsonpatch bad op": () => patch(jsonPatch, [{ op: "frob", path: "/spec/color" }]),
  "merge patch malformed": () => patch(merge, '{"a":'),
  "patch rv conflict": () => patch(merge, { metadata: { resourceVersion: "1" }, spec: { replicas: 2 } }),
  "patch name change": () => patch(merge, { metadata: { name: "zz" } }),
  "patch uid": () => patch(merge, { metadata: { uid: "zz" } }),
  "patch missing": () => patch(merge, { spec: { replicas: 2 } }, "", "zz"),
  "patch unknown type": () => patch("application/strategic-merge-patch+json", {}),
  "patch unknown field Strict": () => patch(merge, { spec: { nope: 3 } }, "?fieldValidation=Strict"),
  "apply no manager": () => patch(apply, widget("e1")),
  "apply a": () => patch(apply, widget("e1", { color: "red", replicas: 3 }), "?fieldManager=a"),
  "apply b conflict": () => patch(apply, widget("e1", { color: "red", replicas: 4 }), "?fieldManager=b"),
  "apply with managedFields": () =>
    patch(apply, widget("e1", { color: "red" }, { managedFields: [] }), "?fieldManager=b"),
  "apply unknown field": () => patch(apply, widget("e1", { color: "red", zz: 1 }), "?fieldManager=b"),
  "apply unknown field strict": () =>
    patch(apply, widget("e1", { color: "red", zz: 1 }), "?fieldManager=b&fieldValidation=Strict"),
  "apply dup list key": () =>
    patch(apply, widget("e1", { color: "red", ports: [{ port: 1 }, { port: 1 }] }), "?fieldManager=b"),
  "apply missing key": () => patch(apply, widget("e1", { color: "red", ports: [{ proto: "UDP" }] }), "?fieldManager=b"),
  "apply create": () => patch(apply, widget("e9"), "?fieldManager=b", "e9"),
  "force on merge": () => patch(merge, { spec: { replicas: 2 } }, "?force=true"),
  "apply bad yaml": () => patch(apply, "a: b: c", "?fieldManager=b"),
  "apply kind mismatch": () => patch(apply, { ...widget("e1"), kind: "Foo" }, "?fieldManager=b"),
  "apply name mismatch": () => patch(apply, widget("e9"), "?fieldManager=b"),
  "delete precond uid": () => send("DELETE", `${widgets}/e1`, { body: { preconditions: { uid: "x" } } }),
  "delete precond rv": () => send("DELETE", `${widgets}/e1`, { body: { preconditions: { resourceVersion: "5" } } }),
  "delete bad propagation": () => send("DELETE", `${widgets}/e1`, { body: { propagationPolicy: "Foo" } }),
  "delete both": () =>
    send("DELETE", `${widgets}/e1`, { body: { propagationPolicy: "Orphan", orphanDependents: true } }),
  "scale get": () => send("GET", `${widgets}/e1/scale`),
  "scale put": () => send("PUT", `${widgets}/e1/scale`, { body: scale(-1) }),
  "scale put ok": () => send("PUT", `${widgets}/e1/scale`, { body: scale(2) }),
  "status put": () => send("PUT", `${widgets}/e1/status`, { body: { ...widget("e1"), status: { replicas: 1 } } }),
  "finalizer delete": () => patch(merge, { metadata: { finalizers: ["a.b/c"] } }),
  delete: () => send("DELETE", `${widgets}/e1`),
  "delete again": () => send("DELETE", `${widgets}/e1`),
  "add finalizer while deleting": () => patch(merge, { metadata: { finalizers: ["a.b/c", "d.e/f"] } }),
  "remove finalizers": () => patch(merge, { metadata: { finalizers: null } }),
  "then get": () => send("GET", `${widgets}/e1`),
  "list bad limit": () => send("GET", `${widgets}?limit=abc`),
  "list negative limit": () => send("GET", `${widgets}?limit=-1`),
  "list bad continue": () => send("GET", `${widgets}?continue=abc`),
  "list bad rv": () => send("GET", `${widgets}?resourceVersion=abc`),
  "list future rv": () => send("GET", `${widgets}?resourceVersion=99999999`),
  "list match without rv": () => send("GET", `${widgets}?resourceVersionMatch=Exact`),
  "list match exact 0": () => send("GET", `${widgets}?resourceVersionMatch=Exact&resourceVersion=0`),
  "list continue+rv": () => send("GET", `${widgets}?continue=abc&resourceVersion=5`),
  "list bad fieldSelector": () => send("GET", `${widgets}?fieldSelector=spec.foo=1`),
  "list selectable field": () => send("GET", `${widgets}?fieldSelector=spec.color=red`),
  "list bad label selector": () => send("GET", `${widgets}?labelSelector=${encodeURIComponent("a b")}`),
  "list sendInitialEvents": () => send("GET", `${widgets}?sendInitialEvents=true`),
  "watch rv bad": () => send("GET", `${widgets}?watch=1&resourceVersion=abc`),
  "watch sendInitial without match": () => send("GET", `${widgets}?watch=1&sendInitialEvents=true`),
  "bob forbidden": () => send("GET", widgets, { as: bob }),
  "bob forbidden create": () => send("POST", widgets, { body: widget("x"), as: bob }),
  "bob forbidden get one cluster": () => send("GET", "/api/v1/nodes/n1", { as: bob }),
  "bob nonresource": () => send("GET", "/metrics", { as: bob }),
  "bob subresource": () => send("GET", `${widgets}/e1/status`, { as: bob }),
  impersonate: () => send("GET", "/api/v1/pods", { headers: { "impersonate-user": "bob" } }),
  "bob impersonates": () => send("GET", "/api/v1/pods", { headers: { "impersonate-user": "alice" }, as: bob }),
  "too large": () =>
    send("POST", configMaps, { body: { metadata: { name: "big" }, data: { a: "x".repeat(3_200_000) } } }),
  "secret too big": () =>
    send("POST", "/api/v1/namespaces/default/secrets", {
      body: { metadata: { name: "big" }, data: { a: Buffer.alloc(1_100_000).toString("base64") } },
    }),
};

/** Recorded, and answered otherwise here or elsewhere. */
const notReplayed: Readonly<Record<string, string>> = {
  cel: "rules in CEL are stored, not evaluated; their definition is answered with a warning",
  "cel transition": "as cel",
  anonymous: "whoever is not authenticated never reaches the engine: the listener answers",
  "list exact old rv": "nothing is compacted in so young a store; see the test of lists",
  "big object (2MB)": "our store takes what etcd does not",
};

const scale = (replicas: number) => ({
  kind: "Scale",
  apiVersion: "autoscaling/v1",
  metadata: { name: "e1", namespace: "default" },
  spec: { replicas },
});

interface Recorded {
  readonly name: string;
  readonly code: number;
  /** The reason of a Status; else the content type. */
  readonly rest: string;
  readonly warnings: string | undefined;
}

test("every recorded error is answered as it was recorded", async (context) => {
  const text = await readFile(new URL("../../testdata/recordings/errors.txt", import.meta.url), "utf8");
  for (const recorded of parseRecording(text)) {
    const replay = cases[recorded.name];
    if (recorded.name in notReplayed) continue;
    await context.test(recorded.name, async () => {
      assert.ok(replay, `the recording has "${recorded.name}", which is neither replayed nor listed as not ours`);
      compare(await replay(), recorded);
    });
  }
});

function compare(answer: Answer, recorded: Recorded): void {
  const [reason = "", message, details, ...more] = recorded.rest.split(" | ");
  if (message === undefined) {
    assert.equal(answer.code, recorded.code, answer.text);
    const [type = ""] = /^[\w/.+-]+(; charset=utf-8)?/.exec(recorded.rest) ?? [];
    assert.equal(answer.headers.get("content-type"), type);
  } else {
    const status = answer.json;
    const shown = { code: answer.code, reason: status?.reason ?? "undefined", message: status?.message };
    const expected = { code: recorded.code, reason, message };
    assert.deepEqual(plain(shown), plain(expected));
    if (details !== undefined) {
      assert.deepEqual(plain(status.details), plain(JSON.parse(details.replace(/^details /, ""))));
    }
    for (const header of more) assert.equal(answer.headers.get("retry-after"), header.replace("Retry-After ", ""));
  }
  assert.equal(answer.headers.get("warning") ?? undefined, recorded.warnings);
}

/** Without what differs from run to run, and with the older spelling of a missing version that our users know. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value)
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UID")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "TIME")
    .replace(/(resourceVersion\\+":\\+")\d+/g, "$1N")
    .replace(/in record \(\d+\)/g, "in record (N)")
    .replace(/current: \d+/g, "current: N")
    .replaceAll("Invalid value: 0: must be specified", "Invalid value: 0x0: must be specified");
  return JSON.parse(text);
}

function parseRecording(text: string): readonly Recorded[] {
  const found: Recorded[] = [];
  for (const line of text.split("\n")) {
    const match = /^# (.*?) -> (\d+) (.*)$/.exec(line);
    const warning = /^ {3}Warning: (.*)$/.exec(line)?.[1];
    const last = found.at(-1);
    if (match) {
      const [, name = "", code = "", rest = ""] = match;
      found.push({ name, code: Number(code), rest, warnings: undefined });
    } else if (warning !== undefined && last) found[found.length - 1] = { ...last, warnings: warning };
  }
  return found;
}
