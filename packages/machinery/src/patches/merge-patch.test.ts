import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { isJsonEqual } from "./json.ts";
import { applyMergePatch, createMergePatch } from "./merge-patch.ts";

test("applyMergePatch() passes the examples of its RFC", () => {
  const examples: [target: unknown, patch: unknown, result: unknown][] = [
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, null, null],
    [{ a: "foo" }, "bar", "bar"],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [target, patch, result] of examples) assert.deepEqual(applyMergePatch(target, patch), result);
});

test("createMergePatch() names only what differs", () => {
  const from = { a: 1, b: { c: 2, d: [1] }, gone: true };
  assert.deepEqual(createMergePatch(from, { a: 1, b: { c: 3, d: [1] } }), { b: { c: 3 }, gone: null });
  assert.equal(createMergePatch(from, structuredClone(from)), undefined);
  assert.equal(createMergePatch({ a: undefined }, {}), undefined);
});

test("createMergePatch() makes a patch that leads from one object to the other", () => {
  const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.array(fc.integer()));
  const { object } = fc.letrec((tie) => ({
    object: fc.dictionary(
      fc.constantFrom("a", "b", "c", "__proto__"),
      fc.oneof({ depthSize: "small" }, leaf, tie("object")),
    ),
  }));
  fc.assert(
    fc.property(object, object, (from, to) => {
      const patch = createMergePatch(from, to);
      const result = patch === undefined ? from : applyMergePatch(from, patch);
      assert.ok(
        isJsonEqual(result, to),
        `${JSON.stringify(from)} + ${JSON.stringify(patch)} → ${JSON.stringify(result)}`,
      );
    }),
  );
});
