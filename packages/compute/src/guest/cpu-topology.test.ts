import assert from "node:assert/strict";
import { test } from "node:test";
import { cpuTopology, vcpuCount } from "./cpu-topology.ts";

test("cpuTopology() fills what is not said with 1", () => {
  assert.deepEqual(cpuTopology({ domain: { devices: {}, cpu: { sockets: 2, cores: 3 } } }), {
    sockets: 2,
    cores: 3,
    threads: 1,
  });
  assert.equal(vcpuCount({ sockets: 2, cores: 3, threads: 2 }), 12);
});

test("cpuTopology() gives a socket per CPU of the limit, then of the request, rounded up", () => {
  const resources = { requests: { cpu: "500m" }, limits: { cpu: "2500m" } };
  assert.equal(cpuTopology({ domain: { devices: {}, resources } }).sockets, 3);
  assert.equal(cpuTopology({ domain: { devices: {}, resources: { requests: { cpu: "500m" } } } }).sockets, 1);
  assert.equal(cpuTopology({ domain: { devices: {} } }).sockets, 1);
});
