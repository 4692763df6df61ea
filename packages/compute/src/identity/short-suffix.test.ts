import assert from "node:assert/strict";
import { test } from "node:test";
import { shortSuffix } from "./short-suffix.ts";

test("shortSuffix() is five characters that generated names may hold", () => {
  assert.match(shortSuffix("6f01a94b-3260-4c5a-bbe5-dc98d13e6bea"), /^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});

test("shortSuffix() is the same for the same uid and differs for others", () => {
  const uids = Array.from(
    { length: 200 },
    (_, index) => `${(index * 7919 + 1).toString(16).padStart(8, "0")}-3260-4c5a-bbe5-dc98d13e6bea`,
  );
  assert.equal(shortSuffix("a-b"), shortSuffix("a-b"));
  assert.equal(new Set(uids.map(shortSuffix)).size, uids.length);
});
