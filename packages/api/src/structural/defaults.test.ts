import assert from "node:assert/strict";
import { test } from "node:test";
import type { SchemaNode } from "../schema.ts";
import { applyDefaults } from "./defaults.ts";

const schema: SchemaNode = {
  type: "object",
  properties: {
    foo: { type: "string", default: "filled" },
    bar: { type: "string", nullable: true, default: "filled" },
    baz: { type: "string" },
    spec: { type: "object", properties: { size: { type: "integer", default: 3 } } },
    made: { type: "object", default: {}, properties: { size: { type: "integer", default: 3 } } },
    ports: {
      type: "array",
      items: { type: "object", properties: { protocol: { type: "string", default: "TCP" } } },
    },
    byName: { type: "object", additionalProperties: { type: "string", default: "x" } },
  },
};

test("applyDefaults() treats a null as the documentation's example says", () => {
  const filled = applyDefaults(schema, { foo: null, bar: null, baz: null });
  assert.deepEqual(filled, { foo: "filled", bar: null, made: { size: 3 } });
  assert.ok(!("baz" in filled));
});

test("applyDefaults() fills only objects that are there, or that have a default themselves", () => {
  assert.deepEqual(applyDefaults(schema, { bar: "b" }), { foo: "filled", bar: "b", made: { size: 3 } });
  assert.deepEqual(applyDefaults(schema, { spec: {} } as { spec: object }).spec, { size: 3 });
});

test("applyDefaults() fills items of lists and values of maps", () => {
  const filled = applyDefaults(schema, { ports: [{ protocol: "UDP" }, {}], byName: { a: null, b: "y" } });
  assert.deepEqual(filled.ports, [{ protocol: "UDP" }, { protocol: "TCP" }]);
  assert.deepEqual(filled.byName, { a: "x", b: "y" });
});

test("applyDefaults() leaves its argument alone and shares what did not change", () => {
  const object = { foo: "a", bar: "b", made: { size: 1 }, ports: [{ protocol: "TCP" }] };
  assert.equal(applyDefaults(schema, object), object);
  const other = Object.freeze({ bar: "b", ports: Object.freeze([]), made: Object.freeze({}) });
  assert.equal(applyDefaults(schema, other).ports, other.ports);
});
