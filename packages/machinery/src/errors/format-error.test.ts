import assert from "node:assert/strict";
import test from "node:test";
import { formatError } from "./format-error.ts";

test("formatError() walks the causes once", () => {
  const loop = new Error("c");
  loop.cause = loop;
  assert.equal(formatError(new Error("a", { cause: new Error("b", { cause: loop }) })), "a: b: c");
});

test("formatError() does not repeat a cause that the message quotes", () => {
  assert.equal(formatError(new Error("a: b failed", { cause: new Error("b failed") })), "a: b failed");
});

test("formatError() lists the errors of an AggregateError, and takes anything thrown", () => {
  assert.equal(formatError(new AggregateError([new Error("x"), "y"], "both")), "both: x; y");
  assert.equal(formatError({ odd: 1 }), '{"odd":1}');
  assert.equal(formatError(undefined), "unknown error");
});
