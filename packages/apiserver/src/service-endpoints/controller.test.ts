/** The controller, run against the real server in this process. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EndpointSlice, Endpoints, Pod, Service } from "@peapod/api";
import { createClient, silentLog, startControllers } from "@peapod/machinery";
import { eventually } from "@peapod/machinery/testing";
import { createApiServer } from "../server.ts";
import { admin } from "../testing/call-server.ts";
import { createServiceEndpoints } from "./index.ts";

test("slices and Endpoints follow pods as they become ready and go, and go with their service", async () => {
  await using undo = new AsyncDisposableStack();
  const server = await createApiServer();
  undo.use(server);
  const abort = new AbortController();
  const own = createClient({ fetch: server.as("system:serviceaccount:peapod-system:controllers").fetch });
  const { signal } = abort;
  const recorder = { record: () => {} };
  const runtime = startControllers([createServiceEndpoints()], { client: own, log: silentLog, recorder, signal });
  undo.defer(async () => {
    abort.abort();
    await runtime.done;
  });
  const client = createClient({ fetch: server.as(admin).fetch });
  const place = { namespace: "default", name: "web" };
  await client.create(Service, {
    ...{ apiVersion: "v1", kind: "Service", metadata: place },
    spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] },
  });
  await client.create(Pod, {
    ...{ apiVersion: "v1", kind: "Pod", metadata: { ...place, labels: { app: "web" } } },
    spec: { nodeName: "n1", containers: [{ name: "compute", image: "x" }] },
  });
  const seen = async () => {
    const slices = (await client.list(EndpointSlice, { namespace: "default" })).items;
    const endpoints = await client.find(Endpoints, place);
    return {
      slices: slices.flatMap(({ endpoints = [] }) => endpoints.map((one) => [one.addresses[0], one.conditions?.ready])),
      ready: endpoints?.subsets?.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip)) ?? [],
    };
  };
  const shows = async (wanted: unknown) => {
    await eventually(async () => {
      assert.deepEqual(await seen(), wanted);
      return true;
    });
  };
  const report = async (ready: "True" | "False") => {
    const status = {
      podIP: "10.244.0.2",
      podIPs: [{ ip: "10.244.0.2" }],
      conditions: [{ type: "Ready", status: ready }],
    };
    await client.patch(Pod, place, { status }, { subresource: "status" });
  };
  await report("False");
  await shows({ slices: [["10.244.0.2", false]], ready: [] });
  await report("True");
  await shows({ slices: [["10.244.0.2", true]], ready: ["10.244.0.2"] });
  await client.delete(Pod, place, { gracePeriodSeconds: 0 });
  await shows({ slices: [], ready: [] });
  await client.delete(Service, place);
  await eventually(async () => (await client.list(EndpointSlice, { namespace: "default" })).items.length === 0);
  await eventually(async () => (await client.find(Endpoints, place)) === undefined);
});
