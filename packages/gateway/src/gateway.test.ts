import assert from "node:assert/strict";
import { test } from "node:test";
import { Pod, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import type { ClientConnect, ClientFetch, Connection } from "@peapod/machinery";
import { createFakeApi } from "@peapod/machinery/testing";
import { createGateway } from "./gateway.ts";

const user = { user: { username: "admin", groups: [] } };
const namespaced = "https://x/apis/subresources.kubevirt.io/v1/namespaces/default";

interface Setup {
  readonly vm?: Partial<VirtualMachine["spec"]> & { readonly status?: VirtualMachine["status"] };
  readonly vmi?: { readonly phase?: string; readonly conditions?: readonly string[]; readonly devices?: object };
  readonly agent?: ClientFetch;
  readonly connect?: ClientConnect;
}

/** A gateway over a fake API that holds a machine and an instance called "web". */
function setUp({ vm, vmi, agent, connect }: Setup) {
  const api = createFakeApi({ kinds: [VirtualMachine, VirtualMachineInstance, Pod] });
  const metadata = { name: "web", namespace: "default" };
  const spec = { domain: { devices: {} } };
  const apiVersion = "kubevirt.io/v1";
  if (vm !== undefined) {
    const { status, ...rest } = vm;
    const machine = { apiVersion, kind: "VirtualMachine", metadata, spec: { template: { spec }, ...rest }, status };
    api.put(VirtualMachine, machine as VirtualMachine);
  }
  if (vmi !== undefined) {
    const { phase = "Running", conditions = [], devices = {} } = vmi;
    const uid = api.get(VirtualMachine, metadata)?.metadata.uid ?? "none";
    const owner = { apiVersion, kind: "VirtualMachine", name: "web", uid };
    api.put(VirtualMachineInstance, {
      apiVersion,
      kind: "VirtualMachineInstance",
      metadata: { ...metadata, ownerReferences: [owner] },
      spec: { domain: { devices }, terminationGracePeriodSeconds: 30 },
      status: {
        phase,
        nodeName: "n1",
        interfaces: [{ ipAddress: "10.244.0.2" }],
        conditions: conditions.map((type) => ({ type, status: "True" })),
      },
    } as VirtualMachineInstance);
  }
  const gateway = createGateway({
    client: api.client,
    nodeFetch: () => agent ?? (async () => new Response("{}")),
    nodeConnect: () => connect ?? (async () => new Response("no")),
    version: { gitVersion: "v1.9.0", gitCommit: "0", goVersion: "none", platform: "linux/amd64" },
  });
  const ask = async (method: string, path: string, body?: string) => {
    const request = new Request(`${namespaced}/${path}`, { method, ...(body && { body }) });
    const answer = await gateway.fetch(request, user);
    const text = await answer.text();
    const { message, reason } = text.startsWith("{") ? JSON.parse(text) : { message: text };
    return { code: answer.status, message, reason };
  };
  const open = (path: string, signal?: AbortSignal) =>
    gateway.connect(
      new Request(`${namespaced}/${path}`, {
        headers: {
          Upgrade: "websocket",
          "Sec-WebSocket-Protocol": "plain.kubevirt.io",
          Authorization: "Bearer secret",
        },
        ...(signal && { signal }),
      }),
      user,
    );
  return { api, gateway, ask, open };
}

test("start flips a halted machine's strategy and answers 202", async () => {
  const { api, ask } = setUp({ vm: { runStrategy: "Halted" } });
  assert.equal((await ask("PUT", "virtualmachines/web/start")).code, 202);
  assert.equal(api.list(VirtualMachine)[0]?.spec.runStrategy, "Always");
});

test("start with paused asks the controller", async () => {
  const { api, ask } = setUp({ vm: { runStrategy: "Halted" } });
  await ask("PUT", "virtualmachines/web/start", '{"paused":true}');
  assert.deepEqual(api.list(VirtualMachine)[0]?.status?.stateChangeRequests, [
    { action: "Start", data: { paused: "true" } },
  ]);
});

test("stop with a grace period shortens the instance's own first", async () => {
  const { api, ask } = setUp({ vm: { runStrategy: "Manual" }, vmi: {} });
  assert.equal((await ask("PUT", "virtualmachines/web/stop", "gracePeriod: 0")).code, 202);
  const [vmi] = api.list(VirtualMachineInstance);
  assert.equal(vmi?.spec.terminationGracePeriodSeconds, 0);
  assert.deepEqual(api.list(VirtualMachine)[0]?.status?.stateChangeRequests, [
    { action: "Stop", uid: vmi?.metadata.uid },
  ]);
});

test("restart by force deletes the launcher within a second", async () => {
  const { api, ask } = setUp({ vm: { runStrategy: "Always" }, vmi: {} });
  const uid = api.list(VirtualMachineInstance)[0]?.metadata.uid ?? "";
  const labels = { "kubevirt.io": "virt-launcher", "kubevirt.io/created-by": uid };
  const metadata = { name: "virt-launcher-web-abcde", namespace: "default", labels };
  api.put(Pod, { apiVersion: "v1", kind: "Pod", metadata, spec: { nodeName: "n1", containers: [] } } as Pod);
  assert.equal((await ask("PUT", "virtualmachines/web/restart", '{"gracePeriodSeconds":0}')).code, 202);
  assert.equal(api.list(Pod)[0]?.metadata.deletionGracePeriodSeconds, 1);
});

test("a change at the same time is a conflict", async () => {
  const { api, ask } = setUp({ vm: { runStrategy: "Halted" } });
  let isFirst = true;
  api.failWhen(({ method }) => {
    if (method !== "PATCH" || !isFirst) return undefined;
    isFirst = false;
    const [vm] = api.list(VirtualMachine);
    if (vm !== undefined) api.put(VirtualMachine, { ...vm, spec: { ...vm.spec, runStrategy: "Manual" } });
    return undefined;
  });
  const answer = await ask("PUT", "virtualmachines/web/start");
  assert.equal(answer.code, 409);
  assert.match(answer.message, /^Operation cannot be fulfilled on virtualmachine\.kubevirt\.io "web": jsonpatch test/);
});

test("what is not there is named as upstream names it", async () => {
  const { ask } = setUp({});
  assert.deepEqual(await ask("PUT", "virtualmachines/web/start"), {
    code: 404,
    message: 'virtualmachine.kubevirt.io "web" not found',
    reason: "NotFound",
  });
  const missing = await ask("PUT", "virtualmachineinstances/web/pause");
  assert.equal(missing.message, 'virtualmachineinstance.kubevirt.io "web" not found');
});

test("a pause of what is paused is refused in upstream's words", async () => {
  const { ask } = setUp({ vmi: { conditions: ["Paused"] } });
  const answer = await ask("PUT", "virtualmachineinstances/web/pause");
  assert.equal(
    answer.message,
    'Operation cannot be fulfilled on virtualmachineinstance.kubevirt.io "web": VMI is already paused',
  );
  assert.equal(answer.code, 409);
});

test("a question goes to the instance's node, and its answer back", async () => {
  const asked: string[] = [];
  const agent: ClientFetch = async (request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    return Response.json({ message: "hello" });
  };
  const { ask } = setUp({ vmi: { conditions: ["AgentConnected"] }, agent });
  assert.equal((await ask("GET", "virtualmachineinstances/web/guestosinfo")).message, "hello");
  assert.deepEqual(asked, ["GET /v1/namespaces/default/virtualmachineinstances/web/guestosinfo"]);
});

test("a node that cannot be reached is an internal error that says so", async () => {
  const agent: ClientFetch = () => Promise.reject(new Error("connection refused"));
  const { ask } = setUp({ vmi: {}, agent });
  assert.deepEqual(await ask("PUT", "virtualmachineinstances/web/reset"), {
    code: 500,
    message: 'Internal error occurred: cannot reach the agent of node "n1": connection refused',
    reason: "InternalError",
  });
});

test("a dry run asks no node", async () => {
  const agent: ClientFetch = () => Promise.reject(new Error("asked the node"));
  const { ask } = setUp({ vmi: {}, agent });
  assert.equal((await ask("PUT", "virtualmachineinstances/web/pause", '{"dryRun":["All"]}')).code, 200);
});

test("a body that cannot be read, a wrong method and a missing upgrade are told apart", async () => {
  const { ask } = setUp({ vmi: {} });
  const broken = await ask("PUT", "virtualmachineinstances/web/pause", "[1");
  assert.equal(broken.code, 400);
  assert.match(broken.message, /^Can not unmarshal Request body to struct, error: yaml: /);
  assert.equal((await ask("GET", "virtualmachineinstances/web/pause")).code, 405);
  assert.equal((await ask("GET", "virtualmachineinstances/web/console")).code, 400);
});

test("what comes later is refused with a sentence, what does not exist with Kubernetes' text", async () => {
  const { ask } = setUp({ vm: {}, vmi: {} });
  assert.deepEqual(await ask("PUT", "virtualmachines/web/addvolume"), {
    code: 400,
    message: "Unable to Add Volume because HotplugVolumes feature gate is not enabled.",
    reason: "BadRequest",
  });
  assert.deepEqual(await ask("GET", "virtualmachines/web/nonsense"), {
    code: 404,
    message: "404 page not found\n",
    reason: undefined,
  });
});

test("a console is the agent's stream, opened without the user's credentials", async () => {
  const seen: Request[] = [];
  const stream = { protocol: "plain.kubevirt.io", readable: new ReadableStream(), writable: new WritableStream() };
  const connect: ClientConnect = async (request) => {
    seen.push(request);
    return stream as Connection;
  };
  const { open } = setUp({ vmi: {}, connect });
  const connection = await open("virtualmachineinstances/web/console");
  assert.ok(!(connection instanceof Response));
  assert.equal(connection.protocol, "plain.kubevirt.io");
  assert.equal(connection.readable, stream.readable);
  assert.equal(new URL(seen[0]?.url ?? "").pathname, "/v1/namespaces/default/virtualmachineinstances/web/console");
  assert.equal(seen[0]?.headers.get("authorization"), null);
});

test("a port of a machine is forwarded to its own instance", async () => {
  const paths: string[] = [];
  const connect: ClientConnect = async (request) => {
    paths.push(new URL(request.url).pathname);
    return new Response(null, { status: 500 });
  };
  const { open } = setUp({ vm: { status: { created: true } }, vmi: {}, connect });
  await open("virtualmachines/web/portforward/22");
  await open("virtualmachineinstances/web/portforward/53/udp");
  assert.deepEqual(paths, [
    "/v1/namespaces/default/virtualmachineinstances/web/portforward/22/tcp",
    "/v1/namespaces/default/virtualmachineinstances/web/portforward/53/udp",
  ]);
});

test("a stream is refused where the guest cannot give it", async () => {
  const refusal = async (setup: Setup, path: string) => {
    const answer = await setUp(setup).open(path);
    assert.ok(answer instanceof Response);
    const { message } = (await answer.json()) as { message: string };
    return `${answer.status} ${message}`;
  };
  const on = (name: string, kind = "virtualmachineinstance") =>
    `409 Operation cannot be fulfilled on ${kind}.kubevirt.io "web": ${name}`;
  const console = "virtualmachineinstances/web/console";
  assert.equal(
    await refusal({ vmi: { devices: { autoattachSerialConsole: false } } }, console),
    "400 No serial consoles are present.",
  );
  assert.equal(await refusal({ vmi: { phase: "Scheduled" } }, console), "400 VMI is not running");
  assert.equal(await refusal({ vmi: { phase: "Failed" } }, console), on("VMI is in failed status"));
  assert.equal(
    await refusal({ vmi: { conditions: ["Paused"] } }, "virtualmachineinstances/web/portforward/1"),
    on("VMI is paused"),
  );
  assert.equal(
    await refusal({ vm: {} }, "virtualmachines/web/portforward/1"),
    on("VMI is not started", "virtualmachine"),
  );
  assert.match(await refusal({ vmi: {} }, "virtualmachineinstances/web/pause"), /^400 /);
});

test("expand-spec gives the machine, expand-vm-spec says everything that is wrong with one", async () => {
  const { gateway, ask } = setUp({ vm: { runStrategy: "Always" } });
  const answer = await gateway.fetch(new Request(`${namespaced}/virtualmachines/web/expand-spec`), user);
  assert.equal(((await answer.json()) as VirtualMachine).spec.runStrategy, "Always");
  assert.equal((await ask("PUT", "expand-vm-spec")).message, "empty request body");
  const body = JSON.stringify({ apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", metadata: {}, spec: {} });
  const wrong = await ask("PUT", "expand-vm-spec", body);
  assert.deepEqual([wrong.code, wrong.message], [400, "Object is not a valid VirtualMachine"]);
  const elsewhere = await ask("PUT", "expand-vm-spec", '{"metadata":{"namespace":"other"}}');
  assert.equal(elsewhere.message, "VM namespace must be empty or default");
});
