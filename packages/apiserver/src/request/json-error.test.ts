import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonError } from "./json-error.ts";

test("jsonError() speaks like Go's decoder", () => {
  assert.equal(jsonError('{"a":'), "unexpected end of JSON input");
  assert.equal(jsonError(""), "unexpected end of JSON input");
  assert.equal(jsonError("i·"), "invalid character 'i' looking for beginning of value");
  assert.equal(jsonError("{a:1}"), "invalid character 'a' looking for beginning of object key string");
  assert.equal(jsonError('{"a":1 "b":2}'), "invalid character '\"' after object key:value pair");
  assert.equal(jsonError("[1 2]"), "invalid character '2' after array element");
  assert.equal(jsonError("1 x"), "invalid character 'x' after top-level value");
  assert.equal(jsonError("trux"), "invalid character 'x' in literal true (expecting 'e')");
});

test("jsonError() finds nothing wrong with JSON", () => {
  assert.equal(jsonError(' {"a":[1,-2.5e+3,"x\\n\\u00e9",null,true,false,{}],"b":[]}\n'), undefined);
});
