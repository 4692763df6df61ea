import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lease, Node } from "@peapod/api";
import { at, converge, stepNames } from "@peapod/machinery/testing";
import { type NodeLifecycleFacts, planNode } from "./plan.ts";

const node = (ready: "True" | "False" | undefined, given: Partial<Node> = {}): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n1", creationTimestamp: "2026-01-15T11:00:00Z" },
  status: { conditions: ready ? [{ type: "Ready", status: ready, reason: "KubeletReady" }] : [] },
  ...given,
});
const lease = (renewTime: string): Lease => ({
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { name: "n1", namespace: "kube-node-lease" },
  spec: { renewTime },
});
const facts = (given: Partial<NodeLifecycleFacts>): NodeLifecycleFacts => ({
  node: node("True"),
  lease: lease("2026-01-15T11:59:50.000000Z"),
  watchedSince: at("11:00:00"),
  now: at("12:00:00"),
  ...given,
});
const apply = (before: NodeLifecycleFacts, step: ReturnType<typeof planNode>["steps"][number]): NodeLifecycleFacts =>
  step.do === "setTaints"
    ? { ...before, node: { ...before.node, spec: { ...before.node.spec, taints: step.taints } } }
    : { ...before, node: { ...before.node, status: { ...before.node.status, conditions: step.conditions } } };

test("planNode() looks again when the lease would be too old", () => {
  assert.deepEqual(planNode(facts({})), { steps: [], lookAgainInMs: 30_000 });
});

test("planNode() marks a node whose lease was not renewed, and shuns it", () => {
  const silent = facts({ lease: lease("2026-01-15T11:59:20.000000Z") });
  assert.deepEqual(stepNames(planNode(silent)), ["markSilent", "setTaints"]);
  const { node: after } = converge({ plan: planNode, facts: silent, apply });
  const [ready] = after.status?.conditions ?? [];
  assert.deepEqual([ready?.status, ready?.reason], ["Unknown", "NodeStatusUnknown"]);
  assert.deepEqual(
    after.spec?.taints?.map(({ key, effect }) => `${key}:${effect}`),
    ["node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"],
  );
});

test("planNode() gives a node time to speak after the control plane itself was away", () => {
  const stale = facts({ lease: lease("2026-01-15T09:00:00.000000Z"), watchedSince: at("11:59:50") });
  assert.deepEqual(planNode(stale), { steps: [], lookAgainInMs: 30_000 });
});

test("planNode() takes its taints off a node that is well again, and leaves others on", () => {
  const taints = [
    { key: "dedicated", effect: "NoSchedule" },
    { key: "node.kubernetes.io/unreachable", effect: "NoSchedule" },
  ] as const;
  const { node: after } = converge({
    plan: planNode,
    facts: facts({ node: node("True", { spec: { taints } }) }),
    apply,
  });
  assert.deepEqual(after.spec?.taints, [taints[0]]);
});

test("planNode() taints a node that is not ready, cordoned or short of memory", () => {
  const { node: after } = converge({
    plan: planNode,
    facts: facts({
      node: node(undefined, {
        spec: { unschedulable: true },
        status: {
          conditions: [
            { type: "Ready", status: "False" },
            { type: "MemoryPressure", status: "True" },
          ],
        },
      }),
    }),
    apply,
  });
  assert.deepEqual(
    after.spec?.taints?.map(({ key, effect }) => `${key}:${effect}`),
    [
      "node.kubernetes.io/not-ready:NoSchedule",
      "node.kubernetes.io/not-ready:NoExecute",
      "node.kubernetes.io/unschedulable:NoSchedule",
      "node.kubernetes.io/memory-pressure:NoSchedule",
    ],
  );
});
