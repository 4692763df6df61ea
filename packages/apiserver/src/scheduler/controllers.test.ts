/** The controllers of standalone, run against the real server in this process. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Event, Lease, Node, Pod } from "@peapod/api";
import {
  type AnyController,
  type Client,
  createClient,
  createEventRecorder,
  silentLog,
  startControllers,
} from "@peapod/machinery";
import { eventually } from "@peapod/machinery/testing";
import { createNodeLifecycle } from "../node-lifecycle/index.ts";
import { createPodGarbageCollector } from "../pod-garbage/index.ts";
import { createApiServer } from "../server.ts";
import { admin } from "../testing/call-server.ts";
import { createScheduler } from "./index.ts";

const pod = (name: string, cpu = "1"): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default" },
  spec: { containers: [{ name: "compute", image: "x", resources: { requests: { cpu } } }] },
});
const node = (name: string, cpu = "4"): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name },
  status: {
    allocatable: { cpu, memory: "8Gi", pods: "110" },
    conditions: [{ type: "Ready", status: "True", reason: "KubeletReady", lastTransitionTime: "2026-01-01T00:00:00Z" }],
  },
});

async function run(controllers: readonly AnyController[], clock: { now: Date } = { now: new Date() }) {
  await using undo = new AsyncDisposableStack();
  const server = await createApiServer({ now: () => clock.now });
  undo.use(server);
  const abort = new AbortController();
  const { signal } = abort;
  const own = server.as("system:serviceaccount:peapod-system:controllers");
  const client = createClient({ fetch: own.fetch });
  const recorder = createEventRecorder({ client, component: "scheduler", signal });
  const runtime = startControllers(controllers, { client, log: silentLog, recorder, now: () => clock.now, signal });
  undo.defer(async () => {
    abort.abort();
    await runtime.done;
  });
  await runtime.synced;
  const resources = undo.move();
  return {
    client: createClient({ fetch: server.as(admin).fetch }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const nodeOf = async (client: Client, name: string) =>
  (await client.get(Pod, { namespace: "default", name })).spec?.nodeName;

test("the scheduler binds a pod, marks it scheduled and says so", async () => {
  await using world = await run([createScheduler()]);
  await world.client.create(Node, node("n1"));
  await world.client.create(Pod, pod("p1"));
  await eventually(async () => (await nodeOf(world.client, "p1")) === "n1");
  const { status } = await world.client.get(Pod, { namespace: "default", name: "p1" });
  assert.deepEqual(
    status?.conditions?.map(({ type, status: is }) => [type, is]),
    [["PodScheduled", "True"]],
  );
  const event = await eventually(async () => (await world.client.list(Event, { namespace: "default" })).items[0]);
  assert.deepEqual([event.reason, event.message], ["Scheduled", "Successfully assigned default/p1 to n1"]);
});

test("a pod that nothing can take says why, and is bound when a node comes", async () => {
  await using world = await run([createScheduler()]);
  await world.client.create(Node, node("small", "500m"));
  await world.client.create(Pod, pod("p1"));
  const condition = await eventually(async () => {
    const { status } = await world.client.get(Pod, { namespace: "default", name: "p1" });
    return status?.conditions?.find(({ type }) => type === "PodScheduled");
  });
  assert.deepEqual(
    [condition.status, condition.reason, condition.message],
    ["False", "Unschedulable", "0/1 nodes are available: 1 Insufficient cpu."],
  );
  await world.client.create(Node, node("large"));
  await eventually(async () => (await nodeOf(world.client, "p1")) === "large");
});

test("many pods at once never overfill a node, and the last waits for room", async () => {
  await using world = await run([createScheduler()]);
  await world.client.create(Node, node("n1", "2"));
  await world.client.create(Node, node("n2", "2"));
  const names = ["a", "b", "c", "d", "e"];
  await Promise.all(names.map((name) => world.client.create(Pod, pod(name))));
  const placed = await eventually(async () => {
    const found = await Promise.all(names.map((name) => nodeOf(world.client, name)));
    return found.filter((name) => name !== undefined).length === 4 && found;
  });
  assert.equal(placed.filter((name) => name === "n1").length, 2);
  const [done = "", waiting = ""] = [names[placed.indexOf("n1")], names[placed.indexOf(undefined)]];
  await world.client.delete(Pod, { namespace: "default", name: done }, { gracePeriodSeconds: 0 });
  await eventually(async () => (await nodeOf(world.client, waiting)) === "n1");
});

test("a node that falls silent is marked and shunned, and is trusted again when it speaks", async () => {
  const clock = { now: new Date("2026-01-15T12:00:00Z") };
  await using world = await run([createNodeLifecycle(clock.now)], clock);
  await world.client.create(Node, node("n1"));
  clock.now = new Date("2026-01-15T12:01:00Z");
  // Any word about the node makes the controller look; in life its own timer does.
  await world.client.patch(Node, { name: "n1" }, { metadata: { labels: { a: "b" } } });
  const taints = await eventually(async () => (await world.client.get(Node, { name: "n1" })).spec?.taints);
  assert.equal(taints[0]?.key, "node.kubernetes.io/unreachable");
  await world.client.create(Lease, {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: "n1", namespace: "kube-node-lease" },
    spec: { renewTime: "2026-01-15T12:01:00.000000Z" },
  });
  const { status } = node("n1");
  await world.client.patch(Node, { name: "n1" }, { status }, { subresource: "status" });
  await eventually(async () => (await world.client.get(Node, { name: "n1" })).spec?.taints === undefined);
});

test("pods of a deleted node are failed and deleted after a while", async () => {
  const clock = { now: new Date("2026-01-15T12:00:00Z") };
  await using world = await run([createScheduler(), createPodGarbageCollector()], clock);
  await world.client.create(Node, node("n1"));
  await world.client.create(Pod, pod("p1"));
  await eventually(async () => (await nodeOf(world.client, "p1")) === "n1");
  await world.client.delete(Node, { name: "n1" });
  await eventually(async () => {
    const key = { namespace: "default", name: "p1" };
    if ((await world.client.find(Pod, key)) === undefined) return true;
    clock.now = new Date(clock.now.getTime() + 10_000);
    const patch = { metadata: { labels: { tick: String(clock.now.getTime()) } } };
    await world.client.patch(Pod, key, patch).catch(() => {}); // it may be gone by now, which is what we wait for
    return false;
  });
});
