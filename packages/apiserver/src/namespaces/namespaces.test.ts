import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually } from "@peapod/machinery/testing";
import { type ApiServer, createApiServer } from "../server.ts";
import { callServer } from "../testing/call-server.ts";

let server: ApiServer;
before(async () => {
  server = await createApiServer();
});
after(() => server.close());

const send = (method: string, path: string, body?: unknown, type?: string) =>
  callServer(server, method, path, { ...(body !== undefined && { body }), ...(type !== undefined && { type }) });

test("a new namespace is active, labelled, and gets a default account", async () => {
  const made = (await send("POST", "/api/v1/namespaces", { metadata: { name: "fresh" } })).json;
  assert.deepEqual(made.spec, { finalizers: ["kubernetes"] });
  assert.deepEqual(made.status, { phase: "Active" });
  assert.deepEqual(made.metadata.labels, { "kubernetes.io/metadata.name": "fresh" });
  const account = "/api/v1/namespaces/fresh/serviceaccounts/default";
  await eventually(async () => (await send("GET", account)).code === 200);
  const { uid } = (await send("GET", account)).json.metadata;
  await send("DELETE", account);
  await eventually(async () => ![undefined, uid].includes((await send("GET", account)).json.metadata?.uid));
});

test("deleting a namespace deletes what is in it, and waits for finalizers", async () => {
  const maps = "/api/v1/namespaces/doomed/configmaps";
  await send("POST", "/api/v1/namespaces", { metadata: { name: "doomed" } });
  await send("POST", maps, { metadata: { name: "plain" } });
  await send("POST", maps, { metadata: { name: "held", finalizers: ["x.y/z"] } });
  const marked = (await send("DELETE", "/api/v1/namespaces/doomed")).json;
  assert.deepEqual([marked.kind, marked.status.phase], ["Namespace", "Terminating"]);
  const conditions = await eventually(async () => {
    const { status } = (await send("GET", "/api/v1/namespaces/doomed")).json;
    return status.conditions as readonly { readonly type: string; readonly message: string }[] | undefined;
  });
  assert.equal(
    conditions.find(({ type }) => type === "NamespaceFinalizersRemaining")?.message,
    "Some content in the namespace has finalizers remaining: x.y/z in 1 resource instances",
  );
  assert.equal((await send("GET", `${maps}/plain`)).code, 404);
  const refused = await send("POST", maps, { metadata: { name: "zz" } });
  assert.equal(refused.code, 403);
  assert.equal(
    refused.json.message,
    'configmaps "zz" is forbidden: unable to create new content in namespace doomed because it is being terminated',
  );
  assert.equal(refused.json.details.causes[0].reason, "NamespaceTerminating");
  await send("PATCH", `${maps}/held`, { metadata: { finalizers: null } }, "application/merge-patch+json");
  await eventually(async () => (await send("GET", "/api/v1/namespaces/doomed")).code === 404);
});

test("the namespaces that Kubernetes needs cannot be deleted", async () => {
  const refused = await send("DELETE", "/api/v1/namespaces/default");
  assert.equal(refused.code, 403);
  assert.equal(refused.json.message, 'namespaces "default" is forbidden: this namespace may not be deleted');
});
