import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

test("encodeUtf8() and decodeUtf8() agree with the platform's for any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.deepEqual(encodeUtf8(text), [...new TextEncoder().encode(text)]);
      assert.equal(decodeUtf8(Uint8Array.from(encodeUtf8(text))), text);
    }),
  );
});

test("decodeUtf8() replaces what is no UTF-8", () => {
  assert.equal(decodeUtf8(Uint8Array.of(0x61, 0xff, 0x62)), "a\ufffdb");
  assert.equal(decodeUtf8(Uint8Array.of(0xe2, 0x82)), "\ufffd\ufffd");
});
