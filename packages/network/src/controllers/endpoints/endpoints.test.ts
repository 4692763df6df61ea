import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { SpiderEndpoint } from "@peapod/api";
import { silentLog, startControllers } from "@peapod/machinery";
import { converge, createFakeApi, eventually, recordingEvents, stepNames } from "@peapod/machinery/testing";
import { openIpam } from "../../ipam/ipam.ts";
import { openSqliteJournal } from "../../ipam/journal.ts";
import { podPoolName } from "../../render/default-network.ts";
import { createEndpointController } from "./index.ts";
import { type Facts, planEndpoint, type Step } from "./plan.ts";
import { renderEndpoint } from "./render/endpoint.ts";

const owner = { kind: "vm", namespace: "default", name: "web" } as const;

test("planEndpoint() makes, changes and takes away what the allocator says", () => {
  const wanted = endpoint("u1");
  assert.deepEqual(stepNames(planEndpoint({ endpoint: undefined, wanted })), ["createEndpoint"]);
  assert.deepEqual(planEndpoint({ endpoint: wanted, wanted }).steps, []);
  assert.deepEqual(stepNames(planEndpoint({ endpoint: wanted, wanted: endpoint("u2") })), ["updateEndpoint"]);
  const gone = { endpoint: wanted, wanted: undefined };
  assert.deepEqual(stepNames(planEndpoint(gone)), ["removeFinalizer", "deleteEndpoint"]);
  converge({ plan: planEndpoint, facts: gone, apply });
  converge({ plan: planEndpoint, facts: { endpoint: wanted, wanted: endpoint("u2") }, apply });
});

test("planEndpoint() lets an endpoint go that somebody deletes, to make it again", () => {
  const leaving = endpoint("u1");
  const deleted = { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: "2026-01-15T12:00:00Z" } };
  assert.deepEqual(stepNames(planEndpoint({ endpoint: deleted, wanted: leaving })), ["removeFinalizer"]);
});

test("the endpoint controller shows a VM's interfaces with both families, and nothing of the node's own range", async (t) => {
  using ipam = openIpam(openSqliteJournal(databasePath(t)));
  await ipam.putPool({ name: "v4", subnet: "10.7.0.0/16", ips: ["10.7.120.100"], gateway: "10.7.0.1" });
  await ipam.putPool({
    name: "v6",
    subnet: "fd00:7::/64",
    routes: [{ destination: "fd00:8::/64", gateway: "fd00:7::9" }],
  });
  await ipam.putPool({ name: podPoolName, subnet: "10.244.0.0/24" });
  const holder = { podUid: "u1", podName: "p", node: "n1" };
  await ipam.allocate({
    owner,
    holder,
    nics: [
      {
        interface: "eth0",
        addresses: [
          { family: 4, pools: ["v4"] },
          { family: 6, pools: ["v6"] },
        ],
      },
      { interface: "net1", addresses: [{ family: 4, pools: [podPoolName] }] },
    ],
  });
  const { client, get } = createFakeApi({ kinds: [SpiderEndpoint] });
  const stop = new AbortController();
  const { done } = startControllers([createEndpointController({ ipam })], {
    client,
    log: silentLog,
    recorder: recordingEvents(),
    signal: stop.signal,
  });
  const now = () => get(SpiderEndpoint, { namespace: "default", name: "web" });
  await eventually(() => now() !== undefined);
  await ipam.putMac({ ...owner, interface: "eth0" }, "02:00:00:00:00:07");
  await eventually(() => now()?.status?.current.ips[0]?.mac !== undefined);
  assert.deepEqual(now()?.status, {
    ownerControllerType: "VirtualMachineInstance",
    ownerControllerName: "web",
    current: {
      uid: "u1",
      node: "n1",
      ips: [
        {
          interface: "eth0",
          ...{ ipv4: "10.7.120.100/16", ipv4Pool: "v4", ipv4Gateway: "10.7.0.1" },
          ...{ ipv6: "fd00:7::1/64", ipv6Pool: "v6" },
          vlan: 0,
          cleanGateway: false,
          routes: [{ dst: "fd00:8::/64", gw: "fd00:7::9" }],
          mac: "02:00:00:00:00:07",
        },
      ],
    },
  });
  await client.delete(SpiderEndpoint, { namespace: "default", name: "web" });
  await eventually(() => now()?.status?.current.uid === "u1" && !now()?.metadata.deletionTimestamp);
  await ipam.release(owner);
  await eventually(() => now() === undefined);
  stop.abort();
  await done;
});

test("an endpoint shows what its interface was told, whatever its pool says since, and no address on trial beside one in use", async (t) => {
  using ipam = openIpam(openSqliteJournal(databasePath(t)));
  const pool = { name: "v4", subnet: "10.7.0.0/16", ips: ["10.7.120.100"], gateway: "10.7.0.1" };
  await ipam.putPool(pool);
  await ipam.putPool({ name: "other", subnet: "10.8.0.0/16" });
  const routes = [{ destination: "192.168.0.0/16", gateway: "10.7.0.9" }];
  const holder = { podUid: "u1", podName: "p", node: "n1" };
  const nic = (name: string) =>
    ({ interface: "eth0", addresses: [{ family: 4, pools: [name], keepOnlyIn: [name] }] }) as const;
  await ipam.allocate({ owner, holder, routes, nics: [{ ...nic("v4"), cleanGateway: true }] });
  await ipam.putPool({ ...pool, gateway: "10.7.0.2", routes: [{ destination: "10.9.0.0/16", gateway: "10.7.0.3" }] });
  await ipam.allocate({ owner, holder, nics: [nic("other")], isTrial: true });
  const shown = renderEndpoint(owner, ipam.list({ owner }), ipam.pool, new Map());
  assert.deepEqual(shown?.status?.current.ips, [
    {
      interface: "eth0",
      ...{ ipv4: "10.7.120.100/16", ipv4Pool: "v4", ipv4Gateway: "10.7.0.1" },
      vlan: 0,
      cleanGateway: true,
      routes: [{ dst: "192.168.0.0/16", gw: "10.7.0.9" }],
    },
  ]);
  await ipam.prove({ ...owner, interface: "eth0" });
  const moved = renderEndpoint(owner, ipam.list({ owner }), ipam.pool, new Map());
  assert.equal(moved?.status?.current.ips[0]?.ipv4, "10.8.0.1/16");
});

function endpoint(uid: string): SpiderEndpoint {
  return {
    apiVersion: "spiderpool.spidernet.io/v2beta1",
    kind: "SpiderEndpoint",
    metadata: { namespace: "default", name: "web", finalizers: ["spiderpool.spidernet.io"] },
    status: {
      ownerControllerType: "VirtualMachineInstance",
      ownerControllerName: "web",
      current: { uid, node: "n1", ips: [{ interface: "eth0", ipv4: "10.7.120.100/16", ipv4Pool: "v4" }] },
    },
  };
}

function apply(seen: Facts, step: Step): Facts {
  switch (step.do) {
    case "createEndpoint":
    case "updateEndpoint":
      return { ...seen, endpoint: step.endpoint };
    case "removeFinalizer":
      return { ...seen, endpoint: { ...step.endpoint, metadata: { ...step.endpoint.metadata, finalizers: [] } } };
    case "deleteEndpoint":
      return { ...seen, endpoint: undefined };
  }
}

function databasePath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "network-endpoints-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "ipam.db");
}
