import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { sha1 } from "./sha1.ts";

test("sha1() agrees with the platform's for any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.deepEqual(sha1(bytes), new Uint8Array(createHash("sha1").update(bytes).digest()));
    }),
  );
});
