import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { UserInfo } from "@peapod/machinery";
import { type ApiServer, createApiServer } from "../server.ts";
import { type CallOptions, callServer } from "../testing/call-server.ts";
import { widgetsDefinition } from "../testing/widgets.ts";

const rbac = "/apis/rbac.authorization.k8s.io/v1";
const widgets = "/apis/example.com/v1/namespaces/default/widgets";
const user = (username: string, ...groups: readonly string[]): UserInfo => ({
  username,
  groups: [...groups, "system:authenticated"],
});

let server: ApiServer;
before(async () => {
  server = await createApiServer({ crds: [widgetsDefinition] });
  const make = (path: string, body: object) => callServer(server, "POST", `${rbac}/${path}`, { body });
  await make("clusterroles", {
    metadata: { name: "reader" },
    rules: [
      { apiGroups: ["example.com"], resources: ["widgets"], verbs: ["get", "list", "watch"] },
      { apiGroups: ["example.com"], resources: ["widgets/status"], verbs: ["get"], resourceNames: ["w1"] },
      { nonResourceURLs: ["/metrics", "/debug/*"], verbs: ["get"] },
    ],
  });
  await make("clusterrolebindings", {
    metadata: { name: "readers" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "reader" },
    subjects: [{ kind: "Group", apiGroup: "rbac.authorization.k8s.io", name: "readers" }],
  });
  await make("namespaces/default/roles", {
    metadata: { name: "writer" },
    rules: [{ apiGroups: [""], resources: ["*"], verbs: ["*"] }],
  });
  await make("namespaces/default/rolebindings", {
    metadata: { name: "writers" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "writer" },
    subjects: [{ kind: "ServiceAccount", name: "robot", namespace: "default" }],
  });
});
after(() => server.close());

const code = async (as: UserInfo, method: string, path: string, options: CallOptions = {}) =>
  (await callServer(server, method, path, { ...options, as })).code;

test("rules of bound roles allow what they say, and nothing else", async () => {
  const ann = user("ann", "readers");
  assert.equal(await code(ann, "GET", widgets), 200);
  assert.equal(await code(ann, "POST", widgets, { body: {} }), 403);
  assert.equal(await code(ann, "GET", `${widgets}/w1/status`), 404);
  assert.equal(await code(ann, "GET", `${widgets}/w2/status`), 403);
  assert.equal(await code(ann, "GET", "/metrics"), 404);
  assert.equal(await code(ann, "GET", "/debug/pprof"), 404);
  assert.equal(await code(ann, "GET", "/debug"), 403);
});

test("a RoleBinding counts in its namespace only", async () => {
  const robot = user("system:serviceaccount:default:robot", "system:serviceaccounts");
  assert.equal(await code(robot, "GET", "/api/v1/namespaces/default/pods"), 200);
  assert.equal(await code(robot, "GET", "/api/v1/namespaces/kube-system/pods"), 403);
  assert.equal(await code(robot, "GET", "/api/v1/pods"), 403);
});

test("a role that changes counts from the next request on", async () => {
  const ann = user("ann", "readers");
  const created = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w9" }, spec: { color: "red" } };
  assert.equal(await code(ann, "POST", widgets, { body: created }), 403);
  await callServer(server, "PATCH", `${rbac}/clusterroles/reader`, {
    type: "application/json-patch+json",
    body: [{ op: "add", path: "/rules/0/verbs/-", value: "create" }],
  });
  assert.equal(await code(ann, "POST", widgets, { body: created }), 201);
});

test("everyone who is known may discover and ask what he may", async () => {
  const zoe = user("zoe");
  for (const path of ["/api", "/apis", "/version", "/openapi/v3", "/healthz"])
    assert.equal(await code(zoe, "GET", path), 200);
  const review = { spec: { resourceAttributes: { verb: "get", resource: "pods", namespace: "default" } } };
  const answer = await callServer(server, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    body: review,
    as: zoe,
  });
  assert.deepEqual([answer.code, answer.json.status.allowed], [201, false]);
  assert.equal(
    await code({ username: "system:anonymous", groups: ["system:unauthenticated"] }, "GET", "/version"),
    200,
  );
  assert.equal(await code({ username: "system:anonymous", groups: ["system:unauthenticated"] }, "GET", "/api"), 403);
});

test("an agent may do a node's work and no more", async () => {
  const agent = user("system:node:n1", "system:nodes");
  assert.equal(await code(agent, "POST", "/api/v1/nodes", { body: { metadata: { name: "n1" } } }), 201);
  assert.equal(await code(agent, "GET", "/api/v1/pods"), 200);
  assert.equal(await code(agent, "POST", "/api/v1/namespaces", { body: { metadata: { name: "x" } } }), 403);
  assert.equal(await code(agent, "DELETE", "/apis/kubevirt.io/v1/namespaces/default/virtualmachines/x"), 403);
  assert.equal(await code(user("system:node:n1"), "GET", "/api/v1/pods"), 403);
});

test("our own accounts may do everything, others of that name elsewhere nothing", async () => {
  assert.equal(await code(user("system:serviceaccount:peapod-system:compute"), "GET", "/api/v1/secrets"), 200);
  assert.equal(await code(user("system:serviceaccount:default:compute"), "GET", "/api/v1/secrets"), 403);
});

test("as() binds the API to an account", async () => {
  const { fetch } = server.as("system:serviceaccount:default:robot");
  const response = await fetch(new Request("http://x/api/v1/namespaces/kube-system/pods"));
  const status = (await response.json()) as { readonly message: string };
  assert.match(status.message, /User "system:serviceaccount:default:robot" cannot list resource "pods"/);
});
