import assert from "node:assert/strict";
import { test } from "node:test";
import { formatProblem } from "../problem.ts";
import type { SchemaNode } from "../schema.ts";
import { validateStructural } from "./validate.ts";

const schema: SchemaNode = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      required: ["color"],
      properties: {
        color: { type: "string", enum: ["red", "green", "blue"] },
        replicas: { type: "integer", minimum: 0, maximum: 10 },
        size: {
          anyOf: [{ type: "integer" }, { type: "string" }],
          "x-kubernetes-int-or-string": true,
        },
        name: { type: "string", maxLength: 5, minLength: 1, pattern: "^a+$" },
        at: { type: "string", format: "date-time" },
        step: { type: "integer", multipleOf: 2, exclusiveMinimum: true, minimum: 0 },
        tags: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set", maxItems: 2, minItems: 1 },
        ports: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["port", "protocol"],
          items: {
            type: "object",
            required: ["port"],
            properties: { port: { type: "integer" }, protocol: { type: "string", default: "TCP" } },
          },
        },
        one: {
          type: "object",
          properties: { a: { type: "string" }, b: { type: "string" } },
          oneOf: [{ required: ["a"] }, { required: ["b"] }],
        },
        none: { type: "string", nullable: true },
      },
    },
  },
};

function sentences(spec: object, old?: object): readonly string[] {
  const full = { color: "red", ...spec };
  const options = old ? { old: { spec: { color: "red", ...old } } } : {};
  return validateStructural(schema, { spec: full }, options).map(formatProblem);
}

test("validateStructural() tells the type that was found", () => {
  assert.deepEqual(sentences({ replicas: "3" }), [
    'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"',
  ]);
  assert.deepEqual(sentences({ name: 3 }), [
    'spec.name: Invalid value: "integer": spec.name in body must be of type string: "integer"',
  ]);
  assert.deepEqual(sentences({ replicas: 1.5 }), [
    'spec.replicas: Invalid value: "number": spec.replicas in body must be of type integer: "number"',
  ]);
});

test("validateStructural() says three things of a wrong int-or-string", () => {
  assert.deepEqual(sentences({ size: true }), [
    'spec.size: Invalid value: "boolean": spec.size in body must be of type integer,string: "boolean"',
    '<nil>: Invalid value: "": "spec.size" must validate at least one schema (anyOf)',
    'spec.size: Invalid value: "boolean": spec.size in body must be of type integer: "boolean"',
  ]);
});

test("validateStructural() asks for required fields and lists what an enumeration allows", () => {
  assert.deepEqual(validateStructural(schema, { spec: {} }).map(formatProblem), ["spec.color: Required value"]);
  assert.deepEqual(sentences({ color: "pink" }), [
    'spec.color: Unsupported value: "pink": supported values: "red", "green", "blue"',
  ]);
});

test("validateStructural() knows the bounds of texts", () => {
  assert.deepEqual(sentences({ name: "aaaaaa" }), ["spec.name: Too long: may not be more than 5 bytes"]);
  assert.deepEqual(sentences({ name: "" }), [
    'spec.name: Invalid value: "": spec.name in body should be at least 1 chars long',
    "spec.name: Invalid value: \"\": spec.name in body should match '^a+$'",
  ]);
  assert.deepEqual(sentences({ at: "noon" }), [
    'spec.at: Invalid value: "noon": spec.at in body must be of type date-time: "noon"',
  ]);
});

test("validateStructural() knows the bounds of numbers", () => {
  assert.deepEqual(sentences({ replicas: 11 }), [
    "spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10",
  ]);
  assert.deepEqual(sentences({ replicas: -1 }), [
    "spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0",
  ]);
  assert.deepEqual(sentences({ step: -3 }), [
    "spec.step: Invalid value: -3: spec.step in body should be greater than 0",
    "spec.step: Invalid value: -3: spec.step in body should be a multiple of 2",
  ]);
});

test("validateStructural() knows the bounds of lists, and their doubles", () => {
  assert.deepEqual(sentences({ tags: ["a", "b", "a"] }), [
    "spec.tags: Too many: 3: must have at most 2 items",
    'spec.tags[2]: Duplicate value: "a"',
  ]);
  assert.deepEqual(sentences({ tags: [] }), [
    "spec.tags: Invalid value: []: spec.tags in body should have at least 1 items",
  ]);
  assert.deepEqual(sentences({ ports: [{ port: 1 }, { port: 1, protocol: "TCP" }, { port: 1, protocol: "UDP" }] }), [
    'spec.ports[1]: Duplicate value: {"port":1,"protocol":"TCP"}',
  ]);
});

test("validateStructural() runs oneOf", () => {
  assert.deepEqual(sentences({ one: { a: "x", b: "y" } }), [
    '<nil>: Invalid value: "": "spec.one" must validate one and only one schema (oneOf). Found 2 valid',
  ]);
  assert.equal(
    sentences({ one: {} })[0],
    '<nil>: Invalid value: "": "spec.one" must validate one and only one schema (oneOf). Found none valid',
  );
  assert.deepEqual(sentences({ one: { a: "x" } }), []);
});

test("validateStructural() allows null only where the schema does", () => {
  assert.deepEqual(sentences({ none: null }), []);
  assert.equal(
    sentences({ name: null })[0],
    'spec.name: Invalid value: "null": spec.name in body must be of type string: "null"',
  );
});

test("validateStructural() does not report again what was stored before", () => {
  assert.deepEqual(sentences({ replicas: 11, tags: ["a", "a"] }, { replicas: 11, tags: ["a", "a"] }), []);
  assert.equal(sentences({ replicas: 12 }, { replicas: 11 }).length, 1);
  assert.deepEqual(sentences({ ports: [{ port: 2 }, { port: "x" }] }, { ports: [{ port: "x" }] }), []);
});

test("validateStructural() does not find fields that only a prototype has", () => {
  const odd: SchemaNode = JSON.parse(
    '{"type":"object","required":["toString"],"properties":{"toString":{"type":"string"},"constructor":{"type":"integer"}}}',
  );
  assert.deepEqual(validateStructural(odd, {}).map(formatProblem), ["toString: Required value"]);
});

test("validateStructural() says that rules were not run", () => {
  const withRules: SchemaNode = { ...schema, "x-kubernetes-validations": [{ rule: "self.spec.lo < self.spec.hi" }] };
  assert.equal(
    validateStructural(withRules, { spec: {} }).map(formatProblem).at(-1),
    "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
  );
  assert.deepEqual(validateStructural(withRules, { spec: { color: "red" } }), []);
});

test("validateStructural() holds embedded resources to their own rules", () => {
  const embedded: SchemaNode = {
    type: "object",
    properties: { pod: { type: "object", "x-kubernetes-embedded-resource": true } },
  };
  assert.deepEqual(
    validateStructural(embedded, { pod: { kind: "Pod", metadata: { labels: { "a b": "c" } } } }).map(
      ({ path }) => path,
    ),
    ["pod.apiVersion", "pod.metadata.labels"],
  );
});
