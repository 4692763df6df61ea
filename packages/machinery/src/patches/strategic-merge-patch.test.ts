import assert from "node:assert/strict";
import test from "node:test";
import type { SchemaNode } from "@peapod/api";
import { applyStrategicMergePatch } from "./strategic-merge-patch.ts";

const keyed = (key: string, properties: Record<string, SchemaNode> = {}): SchemaNode => ({
  type: "array",
  "x-kubernetes-patch-strategy": "merge",
  "x-kubernetes-patch-merge-key": key,
  items: { type: "object", properties },
});
const schema: SchemaNode = {
  type: "object",
  properties: {
    containers: keyed("name", { ports: keyed("containerPort"), args: { type: "array" } }),
    volumes: { ...keyed("name"), "x-kubernetes-patch-strategy": "merge,retainKeys" },
    finalizers: { type: "array", "x-kubernetes-patch-strategy": "merge" },
    conditions: { type: "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"] },
    tolerations: { type: "array", items: { type: "object" } },
    labels: { type: "object", additionalProperties: { type: "string" } },
  },
};
const apply = (target: Record<string, unknown>, patch: Record<string, unknown>) =>
  applyStrategicMergePatch(target, patch, schema);

test("applyStrategicMergePatch() merges objects and removes with null", () => {
  const target = { labels: { a: "1", b: "2" }, x: 1 };
  assert.deepEqual(apply(target, { labels: { a: null, c: "3" }, x: null }), { labels: { b: "2", c: "3" } });
  assert.deepEqual(target, { labels: { a: "1", b: "2" }, x: 1 });
});

test("applyStrategicMergePatch() merges keyed lists, deeply", () => {
  const target = { containers: [{ name: "a", image: "1", ports: [{ containerPort: 80 }] }, { name: "b" }] };
  const patch = { containers: [{ name: "a", ports: [{ containerPort: 80, name: "http" }, { containerPort: 81 }] }] };
  assert.deepEqual(apply(target, patch), {
    containers: [
      { name: "a", image: "1", ports: [{ containerPort: 80, name: "http" }, { containerPort: 81 }] },
      { name: "b" },
    ],
  });
});

test("applyStrategicMergePatch() puts new items before those that only the server has", () => {
  const result = apply({ containers: [{ name: "a" }, { name: "b" }] }, { containers: [{ name: "c" }] });
  assert.deepEqual(result, { containers: [{ name: "c" }, { name: "a" }, { name: "b" }] });
});

test("applyStrategicMergePatch() follows $setElementOrder", () => {
  const target = { containers: [{ name: "a" }, { name: "b" }, { name: "server" }] };
  const patch = {
    "$setElementOrder/containers": [{ name: "b" }, { name: "c" }, { name: "a" }],
    containers: [{ name: "c", image: "new" }],
  };
  assert.deepEqual(apply(target, patch), {
    containers: [{ name: "b" }, { name: "c", image: "new" }, { name: "a" }, { name: "server" }],
  });
});

test("applyStrategicMergePatch() deletes and replaces list items by directive", () => {
  const target = { containers: [{ name: "a" }, { name: "b" }] };
  assert.deepEqual(apply(target, { containers: [{ name: "a", $patch: "delete" }] }), { containers: [{ name: "b" }] });
  assert.deepEqual(apply(target, { containers: [{ $patch: "replace" }, { name: "z" }] }), {
    containers: [{ name: "z" }],
  });
  assert.deepEqual(apply({ labels: { a: "1" } }, { labels: { $patch: "replace", b: "2" } }), { labels: { b: "2" } });
  assert.deepEqual(apply({ labels: { a: "1" } }, { labels: { $patch: "delete" } }), { labels: {} });
});

test("applyStrategicMergePatch() treats lists of plain values as sets where the schema says so", () => {
  const target = { finalizers: ["a", "b"], tolerations: [{ key: "x" }] };
  assert.deepEqual(apply(target, { finalizers: ["b", "c"], tolerations: [{ key: "y" }] }), {
    finalizers: ["a", "b", "c"],
    tolerations: [{ key: "y" }],
  });
  assert.deepEqual(apply(target, { "$deleteFromPrimitiveList/finalizers": ["a"] }), {
    ...target,
    finalizers: ["b"],
  });
});

test("applyStrategicMergePatch() keeps only $retainKeys", () => {
  const target = { volumes: [{ name: "v", emptyDir: {} }] };
  const patch = { volumes: [{ name: "v", configMap: { name: "c" }, $retainKeys: ["name", "configMap"] }] };
  assert.deepEqual(apply(target, patch), { volumes: [{ name: "v", configMap: { name: "c" } }] });
  assert.throws(() => apply(target, { volumes: [{ name: "v", configMap: {}, $retainKeys: ["name"] }] }), {
    code: 400,
  });
});

test("applyStrategicMergePatch() falls back on list types", () => {
  const target = {
    conditions: [
      { type: "Ready", status: "False" },
      { type: "Other", status: "True" },
    ],
  };
  assert.deepEqual(apply(target, { conditions: [{ type: "Ready", status: "True" }] }), {
    conditions: [
      { type: "Ready", status: "True" },
      { type: "Other", status: "True" },
    ],
  });
});

test("applyStrategicMergePatch() leaves no directive in what it adds", () => {
  const patch = { containers: [{ name: "a", ports: [{ containerPort: 1, $patch: "delete" }] }], labels: { x: null } };
  assert.deepEqual(apply({}, patch), { containers: [{ name: "a", ports: [] }], labels: {} });
});

test("applyStrategicMergePatch() refuses an item without its key", () => {
  assert.throws(() => apply({}, { containers: [{ image: "x" }] }), {
    code: 400,
    message: 'map: {"image":"x"} does not contain declared merge key: name',
  });
});
