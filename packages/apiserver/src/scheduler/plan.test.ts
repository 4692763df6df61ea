import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "@peapod/api";
import type { NodeFacts } from "./fits.ts";
import { planScheduling } from "./plan.ts";
import { amounts } from "./requests.ts";

const node = (name: string, given: Partial<NodeFacts> = {}): NodeFacts => ({
  name,
  labels: { "kubernetes.io/hostname": name },
  taints: [],
  isUnschedulable: false,
  isReady: true,
  allocatable: amounts({ cpu: "4", memory: "8Gi", pods: "110" }),
  requested: new Map(),
  pods: 0,
  ...given,
});
const pod = (spec: Partial<NonNullable<Pod["spec"]>> = {}, requests = { cpu: "1", memory: "1Gi" }): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "default", uid: "u" },
  spec: { containers: [{ name: "compute", resources: { requests } }], ...spec },
  status: { phase: "Pending" },
});
const chosen = (waiting: Pod, nodes: readonly NodeFacts[]): string => {
  const [step] = planScheduling({ pod: waiting, nodes }).steps;
  return step === undefined ? "nothing" : step.do === "bind" ? step.nodeName : step.message;
};

test("planScheduling() takes the emptiest node, and the first by name of equals", () => {
  const busy = node("a", { requested: amounts({ cpu: "3", memory: "4Gi" }) });
  assert.equal(chosen(pod(), [busy, node("c"), node("b")]), "b");
});

test("planScheduling() leaves pods alone that are bound, deleted, gated or another scheduler's", () => {
  assert.equal(chosen(pod({ nodeName: "a" }), [node("a")]), "nothing");
  assert.equal(chosen(pod({ schedulerName: "other" }), [node("a")]), "nothing");
  assert.equal(chosen(pod({ schedulingGates: [{ name: "x" }] }), [node("a")]), "nothing");
  const going = pod();
  const metadata = { ...going.metadata, deletionTimestamp: "2026-01-15T12:00:00Z" };
  assert.equal(chosen({ ...going, metadata }, [node("a")]), "nothing");
});

test("planScheduling() says why no node will do, in kube-scheduler's words", () => {
  assert.equal(chosen(pod(), []), "no nodes available to schedule pods");
  const nodes = [
    node("a", { requested: amounts({ cpu: "4", memory: "8Gi" }) }),
    node("b", { requested: amounts({ memory: "8Gi" }) }),
    node("c", { taints: [{ key: "dedicated", value: "gpu", effect: "NoSchedule" }] }),
    node("d", { isReady: false }),
    node("e", { isUnschedulable: true }),
  ];
  assert.equal(
    chosen(pod(), nodes),
    "0/5 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {dedicated: gpu}, 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, 1 node(s) were unschedulable, 2 Insufficient memory.",
  );
  assert.equal(
    chosen(pod({ nodeSelector: { zone: "x" } }), [node("a")]),
    "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
  );
  const full = node("a", { allocatable: amounts({ cpu: "4", memory: "8Gi", pods: "1" }), pods: 1 });
  assert.equal(chosen(pod(), [full]), "0/1 nodes are available: 1 Too many pods.");
  const device = pod({}, { "devices.kubevirt.io/kvm": "1" } as never);
  assert.equal(chosen(device, [node("a")]), "0/1 nodes are available: 1 Insufficient devices.kubevirt.io/kvm.");
});

test("planScheduling() honours tolerations, selectors and required affinity", () => {
  const tainted = node("a", { taints: [{ key: "dedicated", value: "gpu", effect: "NoSchedule" }] });
  assert.equal(chosen(pod({ tolerations: [{ key: "dedicated", operator: "Exists" }] }), [tainted]), "a");
  assert.equal(chosen(pod({ tolerations: [{ key: "dedicated", value: "gpu" }] }), [tainted]), "a");
  assert.equal(chosen(pod({ nodeSelector: { "kubernetes.io/hostname": "b" } }), [node("a"), node("b")]), "b");
  const affinity = (operator: "In" | "NotIn" | "Gt", values: readonly string[]) => ({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: "gen", operator, values }] }],
      },
    },
  });
  const nodes = [node("old", { labels: { gen: "1" } }), node("new", { labels: { gen: "3" } })];
  assert.equal(chosen(pod({ affinity: affinity("In", ["3"]) }), nodes), "new");
  assert.equal(chosen(pod({ affinity: affinity("NotIn", ["3"]) }), nodes), "old");
  assert.equal(chosen(pod({ affinity: affinity("Gt", ["2"]) }), nodes), "new");
});

test("planScheduling() says the same thing once", () => {
  const message = "no nodes available to schedule pods";
  const said = pod();
  const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }] as const;
  assert.equal(chosen({ ...said, status: { ...said.status, conditions } }, []), "nothing");
});
