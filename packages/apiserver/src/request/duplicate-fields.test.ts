import assert from "node:assert/strict";
import { test } from "node:test";
import { findDuplicateFields } from "./duplicate-fields.ts";

test("findDuplicateFields() names the path of every doubled key once", () => {
  const text = '{"spec":{"color":"a","ports":[{"p":1},{"p":1,"p":2}],"color":"b","color":"c"},"metadata":{"color":1}}';
  assert.deepEqual(findDuplicateFields(text), ["spec.ports[1].p", "spec.color"]);
});

test("findDuplicateFields() is not misled by text that looks like JSON, nor by escapes", () => {
  assert.deepEqual(findDuplicateFields('{"a":"{\\"a\\":1,\\"a\\":2}","b":"\\\\","c":1}'), []);
  assert.deepEqual(findDuplicateFields('{"a":1,"\\u0061":2}'), ["a"]);
});
