import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeBase64 } from "./base64.ts";

test("decodeBase64() reads what the platform writes", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.deepEqual(decodeBase64(Buffer.from(bytes).toString("base64")), bytes);
    }),
  );
});

test("decodeBase64() skips line breaks", () => {
  assert.deepEqual(decodeBase64("aGVs\nbG8=\n"), new TextEncoder().encode("hello"));
});

test("decodeBase64() refuses what is no base64", () => {
  for (const text of ["abc", "ab$=", "a===", "====="]) assert.equal(decodeBase64(text), undefined, text);
});
