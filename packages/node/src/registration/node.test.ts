import assert from "node:assert/strict";
import { test } from "node:test";
import { Node, validateStructural } from "@peapod/api";
import { type MachineFacts, renderNode } from "./render/node.ts";

const machine: MachineFacts = {
  nodeName: "n1",
  hostname: "host-1",
  addresses: ["192.0.2.7"],
  cpus: 2,
  memoryBytes: 4 * 2 ** 30,
  memoryFreeBytes: 2 ** 30,
  diskBytes: 100 * 2 ** 30,
  diskFreeBytes: 50 * 2 ** 30,
  architecture: "amd64",
  bootId: "b",
  machineId: "m",
  kernelVersion: "6.1",
  osImage: "Debian",
  qemuVersion: "7.2",
  peapodVersion: "v0.1.0",
  agentPort: 10250,
  podCidr: "10.244.0.0/24",
  acceleration: { mode: "tcg", because: "no /dev/kvm" },
};
const noon = new Date("2026-01-01T12:00:00Z");

test("renderNode() says what the machine has, what is left for guests, and that it emulates", () => {
  const node = renderNode(machine, undefined, noon);
  assert.equal(node.status?.capacity?.["memory"], "4194304Ki");
  assert.equal(node.status?.allocatable?.["memory"], "3932160Ki");
  assert.equal(node.metadata.labels?.["node.peapod.io/acceleration"], "tcg");
  const virtualization = node.status?.conditions?.find(({ type }) => type === "HardwareVirtualization");
  assert.equal(virtualization?.status, "False");
  assert.equal(virtualization?.message, "no /dev/kvm");
  assert.equal(node.status?.conditions?.find(({ type }) => type === "Ready")?.status, "True");
});

test("renderNode() makes a Node that the API takes, also of a machine with several addresses", () => {
  const node = renderNode({ ...machine, addresses: ["192.0.2.7", "198.51.100.7"] }, undefined, noon);
  assert.deepEqual(
    node.status?.addresses?.map(({ address }) => address),
    ["192.0.2.7", "198.51.100.7", "host-1"],
  );
  assert.deepEqual(validateStructural(Node.schema, node), []);
});

test("renderNode() keeps what others put on the node, and takes away only what its own silence caused", () => {
  const before = renderNode(machine, undefined, noon);
  const taints = [
    { key: "node.kubernetes.io/unreachable", effect: "NoSchedule" as const },
    { key: "team", value: "a", effect: "NoSchedule" as const },
  ];
  const cordoned = {
    ...before,
    metadata: { ...before.metadata, labels: { ...before.metadata.labels, rack: "7" }, resourceVersion: "9" },
    spec: { ...before.spec, unschedulable: true, taints },
  };
  const after = renderNode(machine, cordoned, new Date("2026-01-01T12:01:00Z"));
  assert.equal(after.metadata.labels?.["rack"], "7");
  assert.equal(after.metadata.resourceVersion, "9");
  assert.equal(after.spec?.unschedulable, true);
  assert.deepEqual(after.spec?.taints, [taints[1]]);
  const ready = after.status?.conditions?.find(({ type }) => type === "Ready");
  assert.equal(ready?.lastTransitionTime, "2026-01-01T12:00:00Z");
  assert.equal(ready?.lastHeartbeatTime, "2026-01-01T12:01:00Z");
});

test("renderNode() reports a disk that is nearly full", () => {
  const node = renderNode({ ...machine, diskFreeBytes: 2 ** 30 }, undefined, noon);
  assert.equal(node.status?.conditions?.find(({ type }) => type === "DiskPressure")?.status, "True");
});
