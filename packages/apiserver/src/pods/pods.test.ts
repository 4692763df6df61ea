import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ApiServer, createApiServer } from "../server.ts";
import { type CallOptions, callServer } from "../testing/call-server.ts";
import { readEvents } from "../testing/read-events.ts";

const pods = "/api/v1/namespaces/default/pods";
const asked: string[] = [];

let server: ApiServer;
before(async () => {
  server = await createApiServer({
    nodeProxy: {
      fetch: (nodeName) => async (request) => {
        asked.push(`${nodeName} ${new URL(request.url).pathname}${new URL(request.url).search}`);
        return request.url.includes("broken") ? new Response("no such log", { status: 404 }) : new Response("hello\n");
      },
      connect: () => async () => new Response("no", { status: 400 }),
    },
  });
});
after(() => server.close());

const send = (method: string, path: string, options: CallOptions = {}) => callServer(server, method, path, options);
const make = async (name: string, spec: object = {}) =>
  (
    await send("POST", pods, {
      body: {
        metadata: { name, labels: { app: name } },
        spec: { containers: [{ name: "compute", image: "x" }], ...spec },
      },
    })
  ).json;
const bind = (name: string, node = "n1", uid?: string) =>
  send("POST", `${pods}/${name}/binding`, {
    body: {
      apiVersion: "v1",
      kind: "Binding",
      metadata: { name, ...(uid && { uid }) },
      target: { kind: "Node", name: node },
    },
  });
const read = async (name: string) => (await send("GET", `${pods}/${name}`)).json;

test("a new pod is Pending, has the default account and stays five minutes on a lost node", async () => {
  const { spec, status } = await make("fresh");
  assert.deepEqual([status.phase, status.qosClass, spec.serviceAccountName], ["Pending", "BestEffort", "default"]);
  assert.deepEqual(
    spec.tolerations.map(({ key, tolerationSeconds }: Record<string, unknown>) => [key, tolerationSeconds]),
    [
      ["node.kubernetes.io/not-ready", 300],
      ["node.kubernetes.io/unreachable", 300],
    ],
  );
});

test("a pod is bound once, to the pod that was meant", async () => {
  await make("bound");
  const wrong = await bind("bound", "n1", "00000000-0000-4000-8000-000000000000");
  assert.equal(wrong.code, 409);
  const done = await bind("bound");
  assert.deepEqual([done.code, done.json.status], [201, "Success"]);
  const pod = await read("bound");
  assert.equal(pod.spec.nodeName, "n1");
  assert.deepEqual([pod.status.conditions[0].type, pod.status.conditions[0].status], ["PodScheduled", "True"]);
  const again = await bind("bound", "n2");
  assert.match(again.json.message, /pod bound is already assigned to node "n1"/);
  const selected = await send("GET", `${pods}?fieldSelector=spec.nodeName%3Dn1`);
  assert.deepEqual(
    selected.json.items.map(({ metadata }: { readonly metadata: { readonly name: string } }) => metadata.name),
    ["bound"],
  );
});

test("deleting a pod that has no node ends it at once", async () => {
  await make("homeless");
  const gone = await send("DELETE", `${pods}/homeless`);
  assert.equal(gone.json.kind, "Pod");
  assert.equal((await send("GET", `${pods}/homeless`)).code, 404);
});

test("deleting a pod on a node gives it time, which a second delete may only shorten", async () => {
  await make("graceful", { terminationGracePeriodSeconds: 60 });
  await bind("graceful");
  await using events = readEvents(
    server,
    `${pods}?watch=true&resourceVersion=${(await send("GET", pods)).json.metadata.resourceVersion}`,
  );
  await send("DELETE", `${pods}/graceful`);
  assert.equal((await read("graceful")).metadata.deletionGracePeriodSeconds, 60);
  await send("DELETE", `${pods}/graceful`, { body: { gracePeriodSeconds: 90 } });
  assert.equal((await read("graceful")).metadata.deletionGracePeriodSeconds, 60);
  await send("DELETE", `${pods}/graceful`, { body: { gracePeriodSeconds: 5 } });
  assert.equal((await read("graceful")).metadata.deletionGracePeriodSeconds, 5);
  await send("DELETE", `${pods}/graceful`, { body: { gracePeriodSeconds: 0 } });
  assert.equal((await send("GET", `${pods}/graceful`)).code, 404);
  assert.deepEqual(
    (await events.take(3)).map(({ type }) => type),
    ["MODIFIED", "MODIFIED", "DELETED"],
  );
});

test("an eviction deletes, unless a budget says no", async () => {
  await make("evicted");
  await bind("evicted");
  await send("PATCH", `${pods}/evicted/status`, {
    type: "application/merge-patch+json",
    body: { status: { phase: "Running" } },
  });
  const budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
  await send("POST", budgets, {
    body: { metadata: { name: "b" }, spec: { minAvailable: 1, selector: { matchLabels: { app: "evicted" } } } },
  });
  const evict = () =>
    send("POST", `${pods}/evicted/eviction`, {
      body: { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "evicted" } },
    });
  const refused = await evict();
  assert.deepEqual(
    [refused.code, refused.json.message],
    [429, "Cannot evict pod as it would violate the pod's disruption budget."],
  );
  await send("DELETE", `${budgets}/b`);
  assert.equal((await evict()).code, 201);
  assert.ok((await read("evicted")).metadata.deletionTimestamp);
});

test("logs come from the agent of the pod's node", async () => {
  await make("logged");
  assert.equal((await send("GET", `${pods}/logged/log`)).text, "");
  await bind("logged", "n7");
  const log = await send("GET", `${pods}/logged/log?follow=true&tailLines=5&pretty=true`);
  assert.deepEqual([log.code, log.text, log.headers.get("content-type")], [200, "hello\n", "text/plain"]);
  assert.equal(asked.at(-1), "n7 /containerLogs/default/logged/compute?follow=true&tailLines=5");
  const missing = await send("GET", `${pods}/logged/log?container=other`);
  assert.deepEqual([missing.code, missing.json.message], [400, "container other is not valid for pod logged"]);
});

test("an agent that has no log says so in its own words", async () => {
  await make("broken");
  await bind("broken");
  const log = await send("GET", `${pods}/broken/log`);
  assert.equal(log.code, 404);
});

test("a pod of several containers must be asked for one of them", async () => {
  await make("several", {
    containers: [
      { name: "a", image: "x" },
      { name: "b", image: "x" },
    ],
  });
  await bind("several");
  const log = await send("GET", `${pods}/several/log`);
  assert.equal(log.json.message, "a container name must be specified for pod several, choose one of: [a b]");
});
