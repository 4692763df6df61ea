import assert from "node:assert/strict";
import { test } from "node:test";
import { guestHostname } from "./hostname.ts";

const spec = { domain: { devices: {} } };

test("guestHostname() is spec.hostname, else the name up to its first dot", () => {
  assert.equal(guestHostname({ metadata: { name: "web" }, spec: { ...spec, hostname: "front" } }), "front");
  assert.equal(guestHostname({ metadata: { name: "web.prod" }, spec }), "web");
});

test("guestHostname() fits a DNS label", () => {
  assert.equal(guestHostname({ metadata: { name: "a".repeat(100) }, spec }).length, 63);
});
