import assert from "node:assert/strict";
import test from "node:test";
import { formatFieldSelector, matchesFields, parseFieldSelector, requiredField } from "./field-selector.ts";

test("parseFieldSelector() reads terms and escapes", () => {
  const selector = parseFieldSelector("metadata.name=a,status.phase!=Failed,x==b\\,c\\=d\\\\");
  assert.deepEqual(selector, [
    { path: "metadata.name", operator: "=", value: "a" },
    { path: "status.phase", operator: "!=", value: "Failed" },
    { path: "x", operator: "=", value: "b,c=d\\" },
  ]);
  assert.deepEqual(parseFieldSelector(formatFieldSelector(selector)), selector);
  assert.deepEqual(parseFieldSelector(""), []);
});

test("matchesFields() takes a missing field for the empty string", () => {
  const fields: Record<string, string> = { "metadata.name": "a" };
  const fieldOf = (path: string) => fields[path] ?? "";
  assert.equal(matchesFields(parseFieldSelector("metadata.name=a,spec.nodeName="), fieldOf), true);
  assert.equal(matchesFields(parseFieldSelector("spec.nodeName!="), fieldOf), false);
});

test("requiredField() finds what is demanded exactly", () => {
  assert.equal(requiredField(parseFieldSelector("metadata.name=a"), "metadata.name"), "a");
  assert.equal(requiredField(parseFieldSelector("metadata.name!=a"), "metadata.name"), undefined);
});

test("parseFieldSelector() refuses with Kubernetes' sentence", () => {
  assert.throws(() => parseFieldSelector("x"), { code: 400, message: "invalid selector: 'x'; can't understand 'x'" });
  assert.throws(() => parseFieldSelector("a=b=c"), { code: 400 });
  assert.throws(() => parseFieldSelector("a=b\\c"), { code: 400 });
});
