import assert from "node:assert/strict";
import { test } from "node:test";
import type { VirtualMachineInstance } from "@peapod/api";
import { type Client, type ClientFetch, notFound } from "@peapod/machinery";
import { createGateway } from "./gateway.ts";

const user = { user: { username: "admin", groups: [] } };
const path = (name: string, rest: string) =>
  `https://x/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachineinstances/${name}/${rest}`;

function instance(phase: string, conditions: readonly string[] = []): VirtualMachineInstance {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachineInstance",
    metadata: { name: "web", namespace: "default" },
    spec: { domain: { devices: {} } },
    status: { phase, nodeName: "n1", conditions: conditions.map((type) => ({ type, status: "True" })) },
  } as VirtualMachineInstance;
}

function gatewayOver(vmi: VirtualMachineInstance | undefined, agent: ClientFetch = async () => new Response("{}")) {
  const client = {
    get: async () => {
      if (vmi) return vmi;
      throw notFound({ group: "kubevirt.io", plural: "virtualmachineinstances" }, "web");
    },
  } as unknown as Client; // the gateway's instance subresources only get
  const version = { gitVersion: "v1.9.0", gitCommit: "0", goVersion: "none", platform: "linux/amd64" };
  return createGateway({ client, nodeFetch: () => agent, nodeConnect: () => async () => new Response("no"), version });
}

test("the gateway refuses a pause of what is paused in upstream's words", async () => {
  const answer = await gatewayOver(instance("Running", ["Paused"])).fetch(
    new Request(path("web", "pause"), { method: "PUT" }),
    user,
  );
  assert.equal(answer.status, 409);
  const status = (await answer.json()) as { message: string };
  assert.equal(
    status.message,
    'Operation cannot be fulfilled on virtualmachineinstance.kubevirt.io "web": VMI is already paused',
  );
});

test("the gateway hands a question to the instance's node and its answer back", async () => {
  const asked: string[] = [];
  const gateway = gatewayOver(instance("Running", ["AgentConnected"]), async (request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    return Response.json({ hostname: "web" });
  });
  const answer = await gateway.fetch(new Request(path("web", "guestosinfo")), user);
  assert.deepEqual(await answer.json(), { hostname: "web" });
  assert.deepEqual(asked, ["GET /v1/namespaces/default/virtualmachineinstances/web/guestosinfo"]);
});

test("the gateway answers 404 for no instance, 409 for no agent, 501 for what comes later, 400 for a console without upgrade", async () => {
  const codeOf = async (vmi: VirtualMachineInstance | undefined, rest: string, method = "GET") =>
    (await gatewayOver(vmi).fetch(new Request(path("web", rest), { method }), user)).status;
  assert.equal(await codeOf(undefined, "pause", "PUT"), 404);
  assert.equal(await codeOf(instance("Running"), "userlist"), 409);
  assert.equal(await codeOf(instance("Running"), "vnc"), 501);
  assert.equal(await codeOf(instance("Running"), "console"), 400);
  assert.equal(await codeOf(instance("Running"), "nonsense"), 404);
});

test("the gateway changes nothing on a dry run", async () => {
  const gateway = gatewayOver(instance("Running"), () => Promise.reject(new Error("asked the node")));
  const request = new Request(path("web", "pause"), { method: "PUT", body: '{"dryRun":["All"]}' });
  assert.equal((await gateway.fetch(request, user)).status, 200);
});

test("the gateway says what it could not read in a body", async () => {
  const request = new Request(path("web", "pause"), { method: "PUT", body: "[1" });
  const answer = await gatewayOver(instance("Running")).fetch(request, user);
  assert.equal(answer.status, 400);
  assert.match(((await answer.json()) as { message: string }).message, /^Can not unmarshal Request body to struct/);
});
