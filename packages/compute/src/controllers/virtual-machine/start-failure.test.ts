import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffSeconds } from "./start-failure.ts";

test("backoffSeconds() grows with the square of the failures, up to half as much again", () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((failures) => backoffSeconds(failures, 0)),
    [10, 40, 90, 160, 250],
  );
  assert.deepEqual(
    [1, 2, 3].map((failures) => backoffSeconds(failures, 0.999)),
    [15, 60, 135],
  );
});

test("backoffSeconds() never exceeds five minutes", () => {
  assert.equal(backoffSeconds(5, 0.999), 300);
  assert.equal(backoffSeconds(1000, 0), 300);
});
