import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node } from "@peapod/api";
import { at, converge, stepNames } from "@peapod/machinery/testing";
import { instance, launcherPod } from "../../testing/index.ts";
import { type Facts, planNodeHealth, type Step } from "./plan.ts";

const running = instance({ status: { phase: "Running", nodeName: "n1" } });

test("planNodeHealth() looks again when a node that speaks could have fallen silent", () => {
  assert.deepEqual(planNodeHealth({ node: node("11:59:00"), instances: [], now: at("12:00:00") }), {
    steps: [],
    lookAgainInMs: 4 * 60_000,
  });
});

test("planNodeHealth() knows nothing of nodes that never spoke", () => {
  const { annotations: _, ...metadata } = node("11:00:00").metadata;
  assert.deepEqual(planNodeHealth({ node: { ...node("11:00:00"), metadata }, instances: [], now: at("12:00:00") }), {
    steps: [],
  });
});

test("planNodeHealth() gives a silent node no new guests", () => {
  assert.deepEqual(stepNames(planNodeHealth(silent())), ["markUnschedulable"]);
});

test("planNodeHealth() fails a VMI on a silent node only where its pod is gone or going", () => {
  const going = launcherPod({ metadata: { deletionTimestamp: "2026-01-15T11:59:00Z" } });
  const names = (instances: Facts["instances"]) => stepNames(planNodeHealth({ ...silent(), instances }));
  assert.deepEqual(names([{ vmi: running, pod: undefined }]), ["markUnschedulable", "failInstance"]);
  assert.deepEqual(names([{ vmi: running, pod: going }]), ["markUnschedulable", "failInstance"]);
  assert.deepEqual(names([{ vmi: running, pod: launcherPod({ status: { phase: "Running" } }) }]), [
    "markUnschedulable",
  ]);
  assert.deepEqual(names([{ vmi: instance({ status: { phase: "Failed" } }), pod: undefined }]), ["markUnschedulable"]);
  assert.deepEqual(names([{ vmi: instance({ status: { phase: "Scheduling" } }), pod: undefined }]), [
    "markUnschedulable",
  ]);
});

test("planNodeHealth() converges", () => {
  const facts = { ...silent(), instances: [{ vmi: running, pod: undefined }] };
  const apply = (seen: Facts, step: Step): Facts =>
    step.do === "markUnschedulable"
      ? {
          ...seen,
          node: { ...seen.node, metadata: { ...seen.node.metadata, labels: { "kubevirt.io/schedulable": "false" } } },
        }
      : {
          ...seen,
          instances: seen.instances.map(({ pod }) => ({ vmi: instance({ status: { phase: "Failed" } }), pod })),
        };
  const settled = converge({ plan: planNodeHealth, facts, apply });
  assert.equal(settled.instances[0]?.vmi.status?.phase, "Failed");
});

function silent(): Facts {
  return { node: node("11:55:00"), instances: [], now: at("12:00:00") };
}

function node(heartbeat: string): Node {
  const annotations = { "kubevirt.io/heartbeat": at(heartbeat).toISOString() };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n1", annotations, labels: { "kubevirt.io/schedulable": "true" } },
  };
}
