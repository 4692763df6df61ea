import assert from "node:assert/strict";
import { test } from "node:test";
import { summarise } from "./statistics.ts";

test("summarise() takes the middle of an odd row, and between the middle two of an even one", () => {
  assert.equal(summarise([5, 1, 3]).median, 3);
  assert.equal(summarise([4, 1, 2, 3]).median, 2.5);
});

test("summarise() calls the largest of a short row its 95th percentile", () => {
  assert.deepEqual(summarise([2, 9, 4]), { count: 3, median: 4, p95: 9, min: 2, max: 9 });
  assert.equal(summarise(Array.from({ length: 100 }, (_, index) => index + 1)).p95, 95);
});

test("summarise() refuses to speak of nothing", () => {
  assert.throws(() => summarise([]), RangeError);
});
