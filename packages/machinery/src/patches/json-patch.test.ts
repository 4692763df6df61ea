import assert from "node:assert/strict";
import test from "node:test";
import { ApiError } from "../errors/api-error.ts";
import { applyJsonPatch, type JsonPatchOperation, parseJsonPatch } from "./json-patch.ts";

const apply = (document: unknown, ...operations: JsonPatchOperation[]) => applyJsonPatch(document, operations);

test("applyJsonPatch() adds members and items, and appends with a dash", () => {
  assert.deepEqual(apply({ a: 1 }, { op: "add", path: "/b", value: [1] }), { a: 1, b: [1] });
  assert.deepEqual(apply({ a: [1, 3] }, { op: "add", path: "/a/1", value: 2 }), { a: [1, 2, 3] });
  assert.deepEqual(apply({ a: [1] }, { op: "add", path: "/a/-", value: 2 }), { a: [1, 2] });
  assert.deepEqual(apply({ a: [1] }, { op: "add", path: "/a/1", value: 2 }), { a: [1, 2] });
  assert.equal(apply({ a: 1 }, { op: "add", path: "", value: "whole" }), "whole");
});

test("applyJsonPatch() removes, replaces, moves and copies", () => {
  assert.deepEqual(apply({ a: [1, 2, 3] }, { op: "remove", path: "/a/1" }), { a: [1, 3] });
  assert.deepEqual(apply({ a: [1, 2, 3] }, { op: "remove", path: "/a/-1" }), { a: [1, 2] });
  assert.deepEqual(apply({ a: { b: 1 } }, { op: "replace", path: "/a/b", value: null }), { a: { b: null } });
  assert.deepEqual(apply({ a: { b: 1 } }, { op: "move", from: "/a/b", path: "/c" }), { a: {}, c: 1 });
  assert.deepEqual(apply([1, 2, 3], { op: "move", from: "/0", path: "/2" }), [2, 3, 1]);
  assert.deepEqual(apply({ a: 1 }, { op: "copy", from: "/a", path: "/b" }), { a: 1, b: 1 });
});

test("applyJsonPatch() decodes ~0 and ~1, and takes any name for a member", () => {
  assert.deepEqual(apply({ "a/b": { "~": 1 } }, { op: "replace", path: "/a~1b/~0", value: 2 }), { "a/b": { "~": 2 } });
  const patched = apply({}, { op: "add", path: "/__proto__", value: { polluted: true } });
  assert.deepEqual(Object.keys(patched as object), ["__proto__"]);
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  refused({}, { op: "replace", path: "/constructor/name", value: "x" });
});

test("applyJsonPatch() leaves the document alone and shares what does not change", () => {
  const document = { changed: { a: 1 }, same: { b: 2 } };
  const patched = apply(document, { op: "add", path: "/changed/c", value: 3 }) as typeof document;
  assert.deepEqual(document, { changed: { a: 1 }, same: { b: 2 } });
  assert.equal(patched.same, document.same);
});

test("applyJsonPatch() tests deeply, and takes a missing member for null", () => {
  const document = { a: { b: [1, { c: 2, d: 3 }] } };
  assert.equal(apply(document, { op: "test", path: "/a/b/1", value: { d: 3, c: 2 } }), document);
  assert.equal(apply(document, { op: "test", path: "/a/none", value: null }), document);
  refused(document, { op: "test", path: "/a/b/0", value: "1" });
  refused(document, { op: "test", path: "/a/none", value: 1 });
});

test("applyJsonPatch() refuses what the RFC refuses", () => {
  refused({}, { op: "add", path: "/a/b", value: 1 });
  refused({ a: [1] }, { op: "add", path: "/a/2", value: 1 });
  refused({ a: [1] }, { op: "add", path: "/a/01", value: 1 });
  refused({ a: [1] }, { op: "replace", path: "/a/1", value: 1 });
  refused({ a: [1] }, { op: "replace", path: "/a/-", value: 1 });
  refused({ a: 1 }, { op: "remove", path: "/b" });
  refused({ a: { b: 1 } }, { op: "move", from: "/a", path: "/a/b" });
  refused({ a: 1 }, { op: "remove", path: "a" });
  refused({ a: 1 }, { op: "remove", path: "" });
});

test("parseJsonPatch() words a body that is no list as Kubernetes does", () => {
  assert.throws(() => parseJsonPatch({}), {
    message: "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
    code: 400,
  });
  assert.throws(() => parseJsonPatch(new Array(10_001).fill({})), {
    message: "The allowed maximum operations in a JSON patch is 10000, got 10001",
    code: 413,
  });
  assert.throws(() => parseJsonPatch([{ op: "spam", path: "/a" }]), isRefusal);
  assert.throws(() => parseJsonPatch([{ op: "add", path: "/a" }]), isRefusal);
  assert.deepEqual(parseJsonPatch([{ op: "remove", path: "/a", extra: 1 }]), [{ op: "remove", path: "/a" }]);
});

function refused(document: unknown, operation: JsonPatchOperation): void {
  assert.throws(() => apply(document, operation), isRefusal);
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    error.code === 422 &&
    error.message === "the server rejected our request due to an error in our request"
  );
}
