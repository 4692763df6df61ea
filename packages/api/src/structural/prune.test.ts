import assert from "node:assert/strict";
import { test } from "node:test";
import { Pod } from "../kinds/core/pod.ts";
import type { SchemaNode } from "../schema.ts";
import { applyDefaults } from "./defaults.ts";
import { findUnknownFields, prune } from "./prune.ts";
import { resourceSchema } from "./resource-schema.ts";

const schema: SchemaNode = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        color: { type: "string" },
        ports: { type: "array", items: { type: "object", properties: { port: { type: "integer" } } } },
        free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        half: {
          type: "object",
          "x-kubernetes-preserve-unknown-fields": true,
          properties: { known: { type: "object", properties: { a: { type: "string" } } } },
        },
        byName: { type: "object", additionalProperties: { type: "object", properties: { a: { type: "string" } } } },
        pod: { type: "object", "x-kubernetes-embedded-resource": true, properties: { spec: { type: "object" } } },
      },
    },
  },
};

test("findUnknownFields() names them in the order of the document", () => {
  const object = { metadata: { foo: 1, name: "e1" }, spec: { bogus: 1, ports: [{ port: 1, zz: 2 }], color: "red" } };
  assert.deepEqual(findUnknownFields(resourceSchema(schema), object), [
    "metadata.foo",
    "spec.bogus",
    "spec.ports[0].zz",
  ]);
});

test("prune() removes unknown fields at every level, and keeps what a schema says to keep", () => {
  const spec = {
    color: "red",
    bogus: 1,
    free: { x: { y: 1 } },
    half: { other: 1, known: { a: "b", c: "d" } },
    byName: { n: { a: "b", c: "d" } },
  };
  assert.deepEqual(prune(schema, { spec }), {
    spec: { color: "red", free: { x: { y: 1 } }, half: { other: 1, known: { a: "b" } }, byName: { n: { a: "b" } } },
  });
});

test("prune() keeps apiVersion, kind and metadata of embedded resources", () => {
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p", zz: 1 }, spec: {}, zz: 1 };
  assert.deepEqual(prune(schema, { spec: { pod } }).spec.pod, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec: {},
  });
});

test("prune() returns an object without unknown fields as it is", () => {
  const object = { spec: { color: "red", ports: [{ port: 1 }] } };
  assert.equal(prune(schema, object), object);
});

test("prune() does not take a name of Object.prototype for a known field", () => {
  assert.deepEqual(findUnknownFields(schema, JSON.parse('{"spec":{"constructor":1,"__proto__":{}}}')), [
    "spec.constructor",
    "spec.__proto__",
  ]);
});

test("prune() and applyDefaults() keep a key that is named as a prototype", () => {
  const open: SchemaNode = {
    type: "object",
    additionalProperties: { type: "object", properties: { a: { type: "string", default: "x" } } },
  };
  const object = JSON.parse('{"__proto__":{"zz":1},"other":{"zz":1}}');
  const pruned = applyDefaults(open, prune(open, object));
  assert.equal(JSON.stringify(pruned), '{"__proto__":{"a":"x"},"other":{"a":"x"}}');
});

test("prune() works with the schemas of built-in kinds", () => {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec: { containers: [{ name: "c", nope: 1 }] },
  };
  assert.deepEqual(findUnknownFields(Pod.schema, pod), ["spec.containers[0].nope"]);
});
