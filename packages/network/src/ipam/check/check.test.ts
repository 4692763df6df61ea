import assert from "node:assert/strict";
import test from "node:test";
import { parseIp, type SpiderIPPool } from "@peapod/api";
import { renderEndpoint } from "../../controllers/endpoints/render/endpoint.ts";
import { renderPoolDefinition } from "../../controllers/ip-pools/render/definition.ts";
import { renderPoolStatus } from "../../controllers/ip-pools/render/status.ts";
import { parsePool } from "../pool.ts";
import type { Allocation, Owner } from "../types.ts";
import { type CheckFacts, checkAddresses } from "./plan.ts";

const web: Owner = { kind: "vm", namespace: "default", name: "web" };

test("checkAddresses() finds nothing where all agree, addresses of the node's own range included", () => {
  assert.deepEqual(checkAddresses(facts({})), []);
});

test("checkAddresses() names pools that the API and the allocator have differently", () => {
  const object = { ...pool, status: { totalIPCount: 101, allocatedIPCount: 5 } };
  assert.deepEqual(said(facts({ poolObjects: [object] })), ["pool lan: its status says 5 held, the allocator 1"]);
  assert.deepEqual(said(facts({ poolObjects: [] })), [
    "pool lan: the allocator has it with 1 addresses held, and there is no such IPPool",
  ]);
  assert.deepEqual(said(facts({ poolObjects: [...facts({}).poolObjects, { ...pool, metadata: { name: "new" } }] })), [
    "pool new: the allocator does not know it",
  ]);
});

test("checkAddresses() names each address that its pool does not have any more, and who holds it", () => {
  const narrow: SpiderIPPool = { ...pool, spec: { ...pool.spec, subnet: "10.7.0.0/16", excludeIPs: ["10.7.120.100"] } };
  const seen = facts({});
  const poolObjects = [
    { ...narrow, status: { ...seen.poolObjects[0]?.status, totalIPCount: 100, allocatedIPCount: 1 } },
  ];
  const pools = [{ pool: parsePool(renderPoolDefinition(narrow)), used: 1 }, ...seen.pools.slice(1)];
  assert.deepEqual(said(facts({ pools, poolObjects })), [
    "pool lan: it does not have 10.7.120.100 any more, which default/web/eth0 holds until its next start",
  ]);
});

test("checkAddresses() names endpoints that are missing, left over or different", () => {
  const [endpoint] = facts({}).endpoints;
  assert.ok(endpoint?.status);
  assert.deepEqual(said(facts({ endpoints: [] })), [
    "endpoint default/web: it holds addresses, and there is no SpiderEndpoint",
  ]);
  const old = { ...endpoint, status: { ...endpoint.status, current: { ...endpoint.status.current, uid: "old" } } };
  assert.deepEqual(said(facts({ endpoints: [old] })), [
    "endpoint default/web: its SpiderEndpoint is not what the allocator has",
  ]);
  const stray = { ...endpoint, metadata: { namespace: "default", name: "gone" } };
  assert.deepEqual(said(facts({ endpoints: [endpoint, stray] })), [
    "endpoint default/gone: there is a SpiderEndpoint, and the allocator has nothing of it",
  ]);
});

test("checkAddresses() names addresses in use that nobody holds, somebody else holds, or two have", () => {
  const uses = (...pods: readonly (readonly [string, string])[]) =>
    said(
      facts({
        pods: pods.map(([name, address]) => ({
          owner: { ...web, name },
          interfaces: [{ name: "eth0", addresses: [address] }],
        })),
      }),
    );
  assert.deepEqual(uses(["web", "10.7.120.101/16"]), [
    'pod default/web/eth0: it uses 10.7.120.101, which is of pool "lan" and held by nobody',
  ]);
  assert.deepEqual(uses(["db", "10.7.120.100/16"]), [
    "pod default/db/eth0: it uses 10.7.120.100, which default/web/eth0 holds",
  ]);
  assert.deepEqual(uses(["web", "10.7.120.100/16"], ["db", "10.7.120.100/16"]), [
    "pod default/db/eth0: it uses 10.7.120.100, and so does default/web/eth0",
  ]);
  assert.deepEqual(uses(["web", "192.168.7.7/24"]), [], "other networks have addresses of their own");
});

test("checkAddresses() names addresses of machines that are gone", () => {
  const gone = facts({ machines: new Set(), pods: [] });
  assert.deepEqual(said(gone), [
    "owner default/web: it holds 10.7.120.100, 10.244.0.2, and there is no such machine or pod",
  ]);
});

const pool: SpiderIPPool = {
  apiVersion: "spiderpool.spidernet.io/v2beta1",
  kind: "SpiderIPPool",
  metadata: { name: "lan" },
  spec: { ipVersion: 4, subnet: "10.7.0.0/16", ips: ["10.7.120.100-10.7.120.200"] },
};

function facts(some: Partial<CheckFacts>): CheckFacts {
  const held = (name: string, nic: string, address: string): Allocation => ({
    ...{ pool: name, family: 4, address: parseIp(address).value, owner: { ...web, interface: nic } },
    holder: { podUid: "u1", podName: "p", node: "n1" },
    allocatedAt: "2026-01-15T12:00:00Z",
  });
  const lan = held("lan", "eth0", "10.7.120.100");
  const uses = [
    { pool: parsePool(renderPoolDefinition(pool)), used: 1 },
    { pool: parsePool({ name: "own", subnet: "10.244.0.0/24" }), used: 1 },
  ];
  const macs = new Map([["eth0", "02:00:00:00:00:07"]]);
  const endpoint = renderEndpoint(web, [lan], (name) => uses.find((use) => use.pool.name === name), macs);
  return {
    allocations: [lan, held("own", "net1", "10.244.0.2")],
    pools: uses,
    macsOf: () => macs,
    ownPool: "own",
    poolObjects: [{ ...pool, status: renderPoolStatus(101n, 1, () => [lan]) }],
    endpoints: endpoint ? [endpoint] : [],
    machines: new Set(["default/web"]),
    pods: [{ owner: web, interfaces: [{ name: "eth0", addresses: ["10.7.120.100/16"] }] }],
    ...some,
  };
}

/** Owners are looked at by themselves, so that each test reads of what it is about. */
function said(seen: CheckFacts): readonly string[] {
  return checkAddresses(seen).map(({ about, name, message }) => `${about} ${name}: ${message}`);
}
