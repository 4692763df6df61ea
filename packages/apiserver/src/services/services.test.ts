import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createApiServer } from "../server.ts";
import { openStore } from "../store/open.ts";
import { callServer } from "../testing/call-server.ts";

const services = "/api/v1/namespaces/default/services";
const merge = { type: "application/merge-patch+json" };
type Body = Readonly<Record<string, unknown>>;
const service = (name: string, spec: Body = {}) => ({
  metadata: { name },
  spec: { ports: [{ port: 80 }], selector: { app: "web" }, ...spec },
});

test("a service gets an address of the range, families and policies", async () => {
  await using server = await createApiServer();
  const { json, code } = await callServer(server, "POST", services, { body: service("web") });
  assert.equal(code, 201);
  const { clusterIP, ...rest } = json.spec;
  assert.match(clusterIP, /^10\.(9[6-9]|10\d|11[01])\.\d+\.\d+$/);
  assert.deepEqual(rest, {
    clusterIPs: [clusterIP],
    internalTrafficPolicy: "Cluster",
    ipFamilies: ["IPv4"],
    ipFamilyPolicy: "SingleStack",
    ports: [{ port: 80, protocol: "TCP", targetPort: 80 }],
    selector: { app: "web" },
    sessionAffinity: "None",
    type: "ClusterIP",
  });
  assert.deepEqual(json.status, { loadBalancer: {} });
});

test("a requested address is honoured, once, and only from the range", async () => {
  await using server = await createApiServer();
  const create = (name: string, clusterIP: string) =>
    callServer(server, "POST", services, { body: service(name, { clusterIP }) });
  assert.equal((await create("a", "10.96.0.10")).json.spec.clusterIP, "10.96.0.10");
  assert.equal(
    (await create("b", "10.96.0.10")).json.message,
    'Service "b" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
  );
  assert.match(
    (await create("b", "192.0.2.1")).json.message,
    /the provided IP \(192\.0\.2\.1\) is not in the valid range\. The range of valid IPs is 10\.96\.0\.0\/12$/,
  );
  assert.match(
    (await create("b", "nowhere")).json.message,
    /spec\.clusterIPs\[0\]: Invalid value: "nowhere": must be a/,
  );
  assert.equal((await callServer(server, "DELETE", `${services}/a`)).code, 200);
  assert.equal((await create("b", "10.96.0.10")).code, 201);
});

test("a load balancer that keeps clients to their nodes has a port for health checks, which goes with that policy", async () => {
  await using server = await createApiServer();
  const outside = { type: "LoadBalancer", externalTrafficPolicy: "Local" };
  const create = (name: string, spec: Body) => callServer(server, "POST", services, { body: service(name, spec) });
  const patch = (name: string, spec: Body) =>
    callServer(server, "PATCH", `${services}/${name}`, { body: { spec }, ...merge });
  const { json } = await create("a", outside);
  const { healthCheckNodePort: port, ports } = json.spec;
  assert.ok(port >= 30_000 && port <= 32_767 && port !== ports[0].nodePort);
  assert.equal((await create("b", { ...outside, healthCheckNodePort: 30_001 })).json.spec.healthCheckNodePort, 30_001);
  assert.match(
    (await create("c", { ...outside, healthCheckNodePort: 30_001 })).json.message,
    /spec\.healthCheckNodePort: Invalid value: 30001: provided port is already allocated$/,
  );
  assert.match(
    (await create("c", { type: "NodePort", healthCheckNodePort: 30_002 })).json.message,
    /may only be set when/,
  );
  assert.match((await patch("a", { healthCheckNodePort: 30_003 })).json.message, /field is immutable$/);
  assert.equal((await patch("a", { sessionAffinity: "ClientIP" })).json.spec.healthCheckNodePort, port);
  const moved = await patch("b", { externalTrafficPolicy: "Cluster" });
  assert.equal(moved.json.spec.healthCheckNodePort, undefined);
  assert.equal((await create("c", { ...outside, healthCheckNodePort: 30_001 })).code, 201);
});

test("node ports are honoured, handed out and given back", async () => {
  await using server = await createApiServer();
  const create = (name: string, nodePort?: number) =>
    callServer(server, "POST", services, {
      body: service(name, { type: "NodePort", ports: [{ port: 80, nodePort }] }),
    });
  assert.equal((await create("a", 30_080)).json.spec.ports[0].nodePort, 30_080);
  assert.equal(
    (await create("b", 30_080)).json.message,
    'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
  );
  assert.match(
    (await create("b", 80)).json.message,
    /provided port is not in the valid range\. The range of valid ports is 30000-32767$/,
  );
  const chosen = (await create("b")).json.spec.ports[0].nodePort;
  assert.ok(chosen >= 30_086 && chosen <= 32_767, String(chosen));
  const changed = await callServer(server, "PATCH", `${services}/a`, {
    body: { spec: { type: "ClusterIP" } },
    ...merge,
  });
  assert.equal(changed.json.spec.ports[0].nodePort, undefined);
  assert.equal(changed.json.spec.externalTrafficPolicy, undefined);
  assert.equal((await create("c", 30_080)).code, 201);
});

test("one port by two protocols is one node port", async () => {
  await using server = await createApiServer();
  const ports = [
    { name: "udp", port: 53, protocol: "UDP" },
    { name: "tcp", port: 53, protocol: "TCP" },
    { name: "web", port: 80 },
  ];
  const { json } = await callServer(server, "POST", services, { body: service("dns", { type: "NodePort", ports }) });
  const [udp, tcp, web] = json.spec.ports.map(({ nodePort }: { readonly nodePort: number }) => nodePort);
  assert.equal(udp, tcp);
  assert.notEqual(udp, web);
});

test("a hundred services made at once have a hundred addresses", async () => {
  await using server = await createApiServer({ serviceNetwork: "10.96.0.0/25" });
  const names = Array.from({ length: 100 }, (_, n) => `s${n}`);
  const made = await Promise.all(
    names.map((name) => callServer(server, "POST", services, { body: service(name, { type: "NodePort" }) })),
  );
  assert.equal(new Set(made.map(({ json }) => json.spec.clusterIP)).size, 100);
  assert.equal(new Set(made.map(({ json }) => json.spec.ports[0].nodePort)).size, 100);
});

test("a full range is said, and a refused or dry write holds nothing", async () => {
  await using server = await createApiServer({ serviceNetwork: "10.96.0.0/29" }); // six addresses, of which one is the API's
  for (let n = 0; n < 10; n += 1) {
    await callServer(server, "POST", `${services}?dryRun=All`, { body: service("dry") });
    await callServer(server, "POST", services, { body: service("bad", { ports: [] }) });
  }
  for (let n = 0; n < 5; n += 1) {
    assert.equal((await callServer(server, "POST", services, { body: service(`s${n}`) })).code, 201);
  }
  const full = await callServer(server, "POST", services, { body: service("more") });
  assert.match(full.json.message, /failed to allocate IP: range is full/);
});

test("a cluster IP stays, also for who does not say it", async () => {
  await using server = await createApiServer();
  const { json } = await callServer(server, "POST", services, { body: service("web", { type: "NodePort" }) });
  const body = service("web", { type: "NodePort", sessionAffinity: "ClientIP" });
  const replaced = await callServer(server, "PUT", `${services}/web`, { body });
  assert.equal(replaced.json.spec.clusterIP, json.spec.clusterIP);
  assert.equal(replaced.json.spec.ports[0].nodePort, json.spec.ports[0].nodePort);
  assert.deepEqual(replaced.json.spec.sessionAffinityConfig, { clientIP: { timeoutSeconds: 10_800 } });
  const moved = await callServer(server, "PATCH", `${services}/web`, {
    body: { spec: { clusterIP: "10.96.0.9" } },
    ...merge,
  });
  assert.equal(
    moved.json.message,
    'Service "web" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.0.9"]: may not change once set',
  );
  const named = { type: "ExternalName", externalName: "example.com" };
  const external = await callServer(server, "PATCH", `${services}/web`, { body: { spec: named }, ...merge });
  assert.equal(external.json.spec.clusterIP, undefined);
  assert.equal(external.json.spec.ports[0].nodePort, undefined);
  const back = { type: "ClusterIP", externalName: null, clusterIP: json.spec.clusterIP };
  const returned = await callServer(server, "PATCH", `${services}/web`, { body: { spec: back }, ...merge });
  assert.equal(returned.json.spec.clusterIP, json.spec.clusterIP);
});

test("headless services have no address, and names in both families where nothing selects", async () => {
  await using server = await createApiServer();
  const create = (name: string, spec: Body) => callServer(server, "POST", services, { body: service(name, spec) });
  const { json } = await create("a", { clusterIP: "None" });
  assert.deepEqual([json.spec.clusterIPs, json.spec.ipFamilies], [["None"], ["IPv4"]]);
  const free = await create("b", { clusterIP: "None", selector: undefined });
  assert.deepEqual([free.json.spec.ipFamilyPolicy, free.json.spec.ipFamilies], ["RequireDualStack", ["IPv4", "IPv6"]]);
  assert.match(
    (await create("c", { clusterIP: "None", type: "NodePort" })).json.message,
    /may not be set to 'None' for NodePort services/,
  );
  assert.match(
    (await create("c", { ipFamilyPolicy: "RequireDualStack" })).json.message,
    /this cluster is not configured for dual-stack services/,
  );
});

test("allocations are read back from the stored services", async (t) => {
  const dataDir = await temporaryFolder(t);
  const body = service("a", { clusterIP: "10.96.0.77", type: "NodePort", ports: [{ port: 80, nodePort: 30_777 }] });
  {
    await using server = await createApiServer({ dataDir });
    assert.equal((await callServer(server, "POST", services, { body })).code, 201);
  }
  await using server = await createApiServer({ dataDir });
  const refused = await callServer(server, "POST", services, { body: { ...body, metadata: { name: "b" } } });
  assert.deepEqual(
    refused.json.details.causes.map(({ field }: { readonly field: string }) => field),
    ["spec.clusterIPs", "spec.ports[0].nodePort"],
  );
});

test("the API has a service of its own, which follows it to another address", async (t) => {
  const dataDir = await temporaryFolder(t);
  for (const advertisedAddress of ["192.0.2.1:6443", "192.0.2.2:7443"]) {
    await using server = await createApiServer({ dataDir, advertisedAddress });
    const { spec } = (await callServer(server, "GET", `${services}/kubernetes`)).json;
    assert.equal(spec.clusterIP, "10.96.0.1");
    const slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
    const slice = (await callServer(server, "GET", `${slices}/kubernetes`)).json;
    const { subsets } = (await callServer(server, "GET", "/api/v1/namespaces/default/endpoints/kubernetes")).json;
    const [address, port] = advertisedAddress.split(":");
    assert.deepEqual([slice.endpoints[0].addresses, slice.ports[0].port], [[address], Number(port)]);
    assert.deepEqual([subsets[0].addresses[0].ip, subsets[0].ports[0].port], [address, Number(port)]);
  }
});

test("services that are older than addresses for services get theirs at the next start", async (t) => {
  const dataDir = await temporaryFolder(t);
  const options = { now: () => Date.now() };
  const store = await openStore(dataDir, options);
  const place = { resource: "services", namespace: "default", name: "old" };
  await store.write(place, undefined, (resourceVersion) => ({
    object: {
      ...{ apiVersion: "v1", kind: "Service" },
      metadata: { namespace: "default", name: "old", uid: "u", resourceVersion },
      spec: { type: "NodePort", ports: [{ port: 80 }] },
    },
  }));
  await store.close();
  await using server = await createApiServer({ dataDir });
  const { spec } = (await callServer(server, "GET", `${services}/old`)).json;
  assert.match(spec.clusterIP, /^10\./);
  assert.ok(spec.ports[0].nodePort >= 30_000);
});

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "peapod-services-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
