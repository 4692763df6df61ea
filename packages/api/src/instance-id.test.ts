import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { instanceId } from "./instance-id.ts";

test("instanceId() is a name that fits a label, and tells longer ones apart by their SHA-1", () => {
  assert.equal(instanceId("web"), "web");
  assert.equal(instanceId("a".repeat(63)), "a".repeat(63));
  const name = `${"a".repeat(70)}b`;
  const hash = createHash("sha1").update(name).digest("hex").slice(0, 8);
  assert.equal(instanceId(name), `${"a".repeat(54)}-${hash}`);
});
