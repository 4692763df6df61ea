import assert from "node:assert/strict";
import { test } from "node:test";
import { guestMemoryBytes, translationBufferMiB } from "./memory.ts";

const MiB = 1024 * 1024;

test("guestMemoryBytes() prefers memory.guest to what is requested, and that to the limit", () => {
  const resources = { requests: { memory: "256Mi" }, limits: { memory: "512Mi" } };
  assert.equal(guestMemoryBytes({ domain: { devices: {}, memory: { guest: "128Mi" }, resources } }), 128 * MiB);
  assert.equal(guestMemoryBytes({ domain: { devices: {}, resources } }), 256 * MiB);
  assert.equal(guestMemoryBytes({ domain: { devices: {}, resources: { limits: { memory: "512Mi" } } } }), 512 * MiB);
});

test("guestMemoryBytes() rounds decimal megabytes up to whole MiB", () => {
  assert.equal(guestMemoryBytes({ domain: { devices: {}, resources: { requests: { memory: "128M" } } } }), 123 * MiB);
});

test("guestMemoryBytes() is 0 where nothing is asked for", () => {
  assert.equal(guestMemoryBytes({ domain: { devices: {} } }), 0);
});

test("translationBufferMiB() grows with the guest, within bounds", () => {
  assert.deepEqual(
    [64, 128, 256, 512, 1024, 1536, 2048, 4096, 65_536].map((size) => translationBufferMiB(size * MiB)),
    [32, 32, 32, 64, 128, 128, 256, 512, 512],
  );
});
