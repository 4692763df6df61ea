import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue, SchemaNode } from "@peapod/api";
import { applyManifest } from "./apply.ts";
import { findTypeErrors } from "./check.ts";
import { conflictError } from "./conflicts.ts";
import { decodeFields, encodeFields } from "./field-set.ts";
import { decodeOwners, encodeOwners, type Owner } from "./owners.ts";
import { trackUpdate, type Writer } from "./track-update.ts";
import { compare, fieldsOf, merge } from "./typed.ts";

const schema: SchemaNode = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        color: { type: "string" },
        replicas: { type: "integer" },
        labels: { type: "object", additionalProperties: { type: "string" } },
        whole: {
          type: "object",
          "x-kubernetes-map-type": "atomic",
          properties: { a: { type: "integer" }, b: { type: "integer" } },
        },
        list: { type: "array", items: { type: "string" } },
        tags: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
        ports: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["port", "proto"],
          items: {
            type: "object",
            properties: {
              port: { type: "integer" },
              proto: { type: "string", default: "TCP" },
              name: { type: "string" },
            },
          },
        },
        free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      },
    },
  },
};
const writer = (manager: string): Writer => ({ manager, apiVersion: "v1", time: "T" });
const fields = (value: JsonValue) => encodeFields(fieldsOf(schema, value));
const apply = (
  manager: string,
  manifest: JsonValue,
  live?: { readonly object: JsonValue; readonly owners: readonly Owner[] },
) => applyManifest(schema, live?.object, manifest, live?.owners ?? [], writer(manager));
const owned = (owners: readonly Owner[], manager: string) => {
  const owner = owners.find((one) => one.manager === manager);
  return owner && encodeFields(owner.fields);
};

test("fieldsOf() lists leaves, and items of keyed lists and sets as members", () => {
  assert.deepEqual(fields({ spec: { color: "red", whole: { a: 1 }, list: ["x"] } }), {
    "f:spec": { "f:color": {}, "f:list": {}, "f:whole": {} },
  });
  assert.deepEqual(fields({ spec: { ports: [{ port: 80, name: "web" }], tags: ["a"], labels: { x: "y" } } }), {
    "f:spec": {
      "f:labels": { "f:x": {} },
      "f:ports": { 'k:{"port":80,"proto":"TCP"}': { ".": {}, "f:name": {}, "f:port": {} } },
      "f:tags": { 'v:"a"': {} },
    },
  });
});

test("fieldsOf() guesses where there is no schema: objects are shared, lists are not", () => {
  assert.deepEqual(fields({ spec: { free: { a: { b: 1 }, c: [1] } } }), {
    "f:spec": { "f:free": { "f:a": { ".": {}, "f:b": {} }, "f:c": {} } },
  });
});

test("FieldsV1 is read back as it was written, and nonsense is not read", () => {
  const written = fields({ spec: { ports: [{ port: 80 }], labels: { a: "b" } } });
  const set = decodeFields(written);
  assert.ok(set);
  assert.deepEqual(encodeFields(set), written);
  assert.equal(decodeFields({ "x:y": {} }), undefined);
  assert.equal(decodeFields({ "k:{": {} }), undefined);
  assert.equal(decodeFields([]), undefined);
});

test("compare() tells added, modified and removed apart; new objects count themselves", () => {
  const { added, modified, removed } = compare(
    schema,
    { spec: { color: "red", replicas: 1, ports: [{ port: 1 }] } },
    { spec: { color: "blue", labels: { a: "b" }, ports: [{ port: 2 }] } },
  );
  assert.deepEqual(encodeFields(modified), { "f:spec": { "f:color": {} } });
  assert.deepEqual(encodeFields(added), {
    "f:spec": {
      "f:labels": { ".": {}, "f:a": {} },
      "f:ports": { 'k:{"port":2,"proto":"TCP"}': { ".": {}, "f:port": {} } },
    },
  });
  assert.deepEqual(encodeFields(removed), {
    "f:spec": { "f:ports": { 'k:{"port":1,"proto":"TCP"}': { ".": {}, "f:port": {} } }, "f:replicas": {} },
  });
});

test("merge() replaces atomic parts, joins keyed lists in live order, and unites sets", () => {
  assert.deepEqual(
    merge(
      schema,
      {
        spec: {
          whole: { a: 1, b: 2 },
          list: ["x"],
          tags: ["b", "a"],
          ports: [
            { port: 2, proto: "TCP" },
            { port: 1, proto: "TCP" },
          ],
        },
      },
      { spec: { whole: { a: 3 }, list: ["y"], tags: ["c", "a"], ports: [{ port: 1, name: "one" }, { port: 3 }] } },
    ),
    {
      spec: {
        whole: { a: 3 },
        list: ["y"],
        tags: ["b", "a", "c"],
        ports: [{ port: 2, proto: "TCP" }, { port: 1, proto: "TCP", name: "one" }, { port: 3 }],
      },
    },
  );
});

test("applyManifest() removes what its manager no longer says, unless another one owns it", () => {
  const first = apply("a", { spec: { color: "red", replicas: 1, ports: [{ port: 1 }, { port: 2 }] } });
  const shared = apply("b", { spec: { ports: [{ port: 2 }] } }, first);
  const dropped = apply("a", { spec: { color: "red" } }, shared);
  assert.deepEqual(dropped.object, { spec: { color: "red", ports: [{ port: 2 }] } });
  assert.deepEqual(owned(dropped.owners, "a"), { "f:spec": { "f:color": {} } });
  const nothing = apply("b", {}, dropped);
  assert.deepEqual(nothing.object, { spec: { color: "red" } });
  assert.equal(owned(nothing.owners, "b"), undefined);
});

test("applyManifest() keeps fields inside a dropped object that another manager owns", () => {
  const first = apply("a", { spec: { labels: { mine: "1" } } });
  const both = apply("b", { spec: { labels: { theirs: "2" } } }, first);
  assert.deepEqual(apply("a", {}, both).object, { spec: { labels: { theirs: "2" } } });
});

test("applyManifest() shares fields of equal value and reports others as conflicts", () => {
  const first = apply("a", { spec: { color: "red", replicas: 1 } });
  const same = apply("b", { spec: { color: "red" } }, first);
  assert.deepEqual(same.conflicts, []);
  assert.deepEqual(owned(same.owners, "a"), owned(first.owners, "a"));
  const other = apply("c", { spec: { color: "blue", replicas: 2 } }, same);
  const error = conflictError(other.conflicts);
  assert.equal(
    error.message,
    'Apply failed with 3 conflicts: conflicts with "a":\n- .spec.color\n- .spec.replicas\nconflicts with "b":\n- .spec.color',
  );
  assert.equal(error.status.details?.causes?.length, 3);
  assert.equal(owned(other.owners, "b"), undefined);
});

test("applyManifest() gives what was there before the first apply to a name of its own", () => {
  const { owners } = apply(
    "a",
    { spec: { color: "red" } },
    { object: { spec: { color: "red", replicas: 3 } }, owners: [] },
  );
  assert.deepEqual(owned(owners, "before-first-apply"), { "f:spec": { "f:color": {}, "f:replicas": {} } });
});

test("trackUpdate() takes changed fields from others, and forgets removed ones", () => {
  const { object, owners } = apply("a", { spec: { color: "red", replicas: 1 } });
  const after = trackUpdate(schema, object, { spec: { color: "blue" } }, owners, writer("editor"));
  assert.equal(owned(after, "a"), undefined);
  assert.deepEqual(owned(after, "editor"), { "f:spec": { "f:color": {} } });
});

test("trackUpdate() keeps an owner's time while its fields stay the same", () => {
  const made = trackUpdate(schema, undefined, { spec: { replicas: 1 } }, [], writer("w"));
  const again = trackUpdate(schema, { spec: { replicas: 1 } }, { spec: { replicas: 2 } }, made, {
    ...writer("w"),
    time: "LATER",
  });
  assert.equal(again[0]?.time, "T");
});

test("encodeOwners() sorts appliers first and merges the oldest of too many updaters", () => {
  const owner = (manager: string, time: string, operation: Owner["operation"] = "Update"): Owner => ({
    manager,
    operation,
    apiVersion: "v1",
    time,
    fields: fieldsOf(schema, { spec: { labels: { [manager]: "x" } } }),
  });
  const many = Array.from({ length: 12 }, (_, index) =>
    owner(`m${String(index).padStart(2, "0")}`, `T${String(index).padStart(2, "0")}`),
  );
  const entries = encodeOwners([...many, owner("applier", "T99", "Apply")]);
  assert.equal(entries[0]?.manager, "applier");
  assert.equal(entries[1]?.manager, "ancient-changes");
  assert.equal(entries.filter(({ operation }) => operation === "Update").length, 10);
  const [, oldest] = entries;
  assert.match(JSON.stringify(oldest?.fieldsV1), /"f:m00":\{\},"f:m01":\{\},"f:m02":\{\}/);
  assert.equal(decodeOwners([{ operation: "Nonsense" as never, apiVersion: "v1" }]), undefined);
});

test("findTypeErrors() names unknown fields, doubled and missing keys, and other types", () => {
  const errors = findTypeErrors(schema, {
    spec: { zz: 1, ports: [{ name: "no key" }, { port: 1 }, { port: 1 }], replicas: "many", list: "x" },
  });
  assert.deepEqual(errors, [
    ".spec.zz: field not declared in schema",
    '.spec.ports: duplicate entries for key [port=1,proto="TCP"]',
    ".spec.replicas: expected numeric (int or float), got string",
    ".spec.list: expected list, got string",
  ]);
});
