import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { backed } from "../testing.ts";
import { healthChecks } from "./checks.ts";
import { HealthServers } from "./server.ts";

const spec = {
  type: "LoadBalancer" as const,
  externalTrafficPolicy: "Local" as const,
  clusterIP: "10.96.0.10",
  healthCheckNodePort: 31_000,
  ports: [
    { name: "http", port: 80, targetPort: 8080 },
    { name: "https", port: 443, targetPort: 8443 },
  ],
};

test("healthChecks() counts the machines of this node that are ready, whatever the ports", () => {
  const check = { port: 31_000, namespace: "default", name: "web", localEndpoints: 2 };
  const pair = ["10.244.0.2", "10.244.0.3"];
  assert.deepEqual(healthChecks([backed("web", spec, pair)], "n1"), [check]);
  assert.deepEqual(healthChecks([backed("web", spec, pair)], "n2"), [{ ...check, localEndpoints: 0 }]);
  assert.deepEqual(healthChecks([backed("web", { ...spec, externalTrafficPolicy: "Cluster" }, pair)], "n1"), []);
});

test("HealthServers say 200 where there are backends and 503 where there are none, until they are told otherwise", async () => {
  await using servers = new HealthServers();
  const port = await freePort();
  const check = { port, namespace: "default", name: "web", localEndpoints: 2 };
  const ask = () => fetch(`http://127.0.0.1:${port}/healthz`);
  await servers.serve([check]);
  const healthy = await ask();
  assert.equal(healthy.status, 200);
  assert.equal(healthy.headers.get("x-load-balancing-endpoint-weight"), "2");
  const service = { namespace: "default", name: "web" };
  assert.deepEqual(await healthy.json(), { service, localEndpoints: 2, serviceProxyHealthy: true });
  await servers.serve([{ ...check, localEndpoints: 0 }]);
  assert.equal((await ask()).status, 503);
  await servers.serve([]);
  await assert.rejects(ask());
  assert.deepEqual(servers.checks, []);
});

test("HealthServers name the service whose port somebody else listens on, and serve the others", async () => {
  await using servers = new HealthServers();
  const squatter = createServer().listen(0);
  const { port } = squatter.address() as { port: number }; // an address of TCP
  const taken = { port, namespace: "default", name: "web", localEndpoints: 1 };
  const free = { ...taken, port: await freePort(), name: "shop" };
  await assert.rejects(servers.serve([taken, free]), /Cannot answer health checks of service "default\/web" at port/);
  assert.deepEqual(servers.checks, [free]);
  squatter.close();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  const { port } = server.address() as { port: number }; // an address of TCP
  await new Promise((resolve) => server.close(resolve));
  return port;
}
