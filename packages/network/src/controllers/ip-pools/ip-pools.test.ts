import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { SpiderIPPool, spiderpoolFinalizer } from "@peapod/api";
import { silentLog, startControllers } from "@peapod/machinery";
import { converge, createFakeApi, eventually, recordingEvents, stepNames } from "@peapod/machinery/testing";
import { openIpam } from "../../ipam/ipam.ts";
import { openSqliteJournal } from "../../ipam/journal.ts";
import { createIpPoolController } from "./index.ts";
import { type Facts, planPool, publishEveryMs, type Step } from "./plan.ts";
import { renderPoolDefinition } from "./render/definition.ts";
import { renderPoolStatus } from "./render/status.ts";

test("planPool() brings a pool to the allocator, then publishes what is held", () => {
  const seen = facts({});
  assert.deepEqual(stepNames(planPool(seen)), ["putPool"]);
  converge({ plan: planPool, facts: seen, apply });
});

test("planPool() publishes what changed when it may, which is the less often the more there is", () => {
  const known = renderPoolDefinition(pool());
  const status = { totalIPCount: 101, allocatedIPCount: 3 };
  const changed = facts({
    known,
    heldCount: 3,
    status,
    pool: { ...pool(), status: { ...status, allocatedIPCount: 2 } },
  });
  assert.deepEqual(stepNames(planPool(changed)), ["publishStatus"]);
  assert.deepEqual(planPool({ ...changed, publishInMs: 150 }), { steps: [], lookAgainInMs: 150 });
  assert.ok(publishEveryMs(3_000) > 10 * publishEveryMs(3));
});

test("planPool() holds a pool that is to go until nothing of it is held, and says once who holds it", () => {
  const leaving = pool({ deletionTimestamp: "2026-01-15T12:00:00Z" });
  const held = facts({ pool: leaving, heldCount: 1, holders: ["default/web holds 10.7.120.100"] });
  assert.deepEqual(stepNames(planPool(held)), ["putPool"]);
  const known = renderPoolDefinition(leaving);
  assert.equal(known.isTerminating, true);
  const waiting = planPool({ ...held, known });
  assert.deepEqual(stepNames(waiting), ["nameHolders"]);
  const message = 'Cannot delete IPPool "10-7-v4" yet: default/web holds 10.7.120.100';
  assert.deepEqual(waiting.steps[0], { do: "nameHolders", pool: leaving, message });
  assert.deepEqual(planPool({ ...held, known, saidOfHolders: message }).steps, []);
  assert.deepEqual(stepNames(planPool({ ...held, known, heldCount: 0 })), ["forgetPool", "removeFinalizer"]);
});

test("planPool() forgets a pool whose object is gone only with its last holder", () => {
  const known = renderPoolDefinition(pool());
  const forced = facts({ pool: undefined, known, heldCount: 1 });
  assert.deepEqual(planPool(forced).steps, [{ do: "putPool", definition: { ...known, isTerminating: true } }]);
  assert.deepEqual(stepNames(planPool({ ...forced, heldCount: 0 })), ["forgetPool"]);
  converge({ plan: planPool, facts: forced, apply });
});

test("planPool() says once for each edit whose addresses the pool does not have any more", () => {
  const known = renderPoolDefinition(pool());
  const strays = { count: 12, named: ["default/web holds 10.7.130.1"] };
  const seen = facts({ known, heldCount: 12, strays });
  const message =
    'IPPool "10-7-v4" does not have 12 of its held addresses any more: default/web holds 10.7.130.1, and 11 more; ' +
    "put them back, or each holder gets another address at its next start";
  assert.deepEqual(planPool(seen).steps, [{ do: "nameStrays", pool: pool(), definition: known, message }]);
  assert.deepEqual(planPool({ ...seen, saidOfStraysIn: known, strays: { ...strays, count: 11 } }).steps, []);
  const before = { ...known, ips: ["10.7.120.100-10.7.130.1"] };
  assert.deepEqual(stepNames(planPool({ ...seen, saidOfStraysIn: before })), ["nameStrays"]);
  converge({ plan: planPool, facts: seen, apply });
});

test("renderPoolStatus() lists who holds what up to five thousand, then counts alone, and caps what is too large to count", () => {
  const owner = { kind: "vm", namespace: "default", name: "web", interface: "eth0" } as const;
  const holder = { podUid: "u1", podName: "p", node: "n1" };
  const one = (address: bigint) =>
    ({ pool: "10-7-v4", family: 4, address, owner, holder, allocatedAt: "2026-01-15T12:00:00Z" }) as const;
  assert.deepEqual(
    renderPoolStatus(101n, 2, () => [one(0x0a077865n), one(0x0a077864n)]),
    {
      allocatedIPs:
        '{"10.7.120.100":{"pod":"default/web","podUid":"u1"},"10.7.120.101":{"pod":"default/web","podUid":"u1"}}',
      totalIPCount: 101,
      allocatedIPCount: 2,
    },
  );
  const many = () => Array.from({ length: 5_001 }, (_, n) => one(BigInt(n)));
  assert.deepEqual(renderPoolStatus(2n ** 64n, 5_001, many), { totalIPCount: 2 ** 63 - 1024, allocatedIPCount: 5_001 });
  assert.ok(BigInt(JSON.stringify(2 ** 63 - 1024)) < 2n ** 63n, "whoever reads an int64 can read it");
});

test("the pool controller follows pools, publishes what is held, and lets a pool go with its last holder", async (t) => {
  using ipam = openIpam(openSqliteJournal(databasePath(t)));
  const { client, put, get } = createFakeApi({ kinds: [SpiderIPPool] });
  put(SpiderIPPool, pool());
  const events = recordingEvents();
  const stop = new AbortController();
  const { done } = startControllers([createIpPoolController({ ipam })], {
    client,
    log: silentLog,
    recorder: events,
    signal: stop.signal,
  });
  const now = () => get(SpiderIPPool, { name: "10-7-v4" });
  await eventually(() => now()?.status?.totalIPCount === 101);
  const owner = { kind: "vm", namespace: "default", name: "web" } as const;
  await ipam.allocate({
    owner,
    holder: { podUid: "u1", podName: "p", node: "n1" },
    nics: [{ interface: "eth0", addresses: [{ family: 4, pools: ["10-7-v4"] }] }],
  });
  await eventually(() => now()?.status?.allocatedIPs === '{"10.7.120.100":{"pod":"default/web","podUid":"u1"}}');
  await client.delete(SpiderIPPool, { name: "10-7-v4" });
  await eventually(() => events.said.length > 0);
  assert.deepEqual(events.said, [
    'Warning IPPoolInUse 10-7-v4: Cannot delete IPPool "10-7-v4" yet: default/web holds 10.7.120.100',
  ]);
  await ipam.release(owner);
  await eventually(() => now() === undefined);
  assert.equal(ipam.pool("10-7-v4"), undefined);
  stop.abort();
  await done;
});

test("a pool of ten thousand holders is told which of them an edit leaves without their address", async (t) => {
  using ipam = openIpam(openSqliteJournal(databasePath(t)));
  const large = { ...pool(), spec: { ...pool().spec, subnet: "10.7.0.0/16", ips: ["10.7.1.0-10.7.100.255"] } };
  await ipam.putPool(renderPoolDefinition(large));
  await Promise.all(
    Array.from({ length: 10_000 }, (_, n) =>
      ipam.allocate({
        owner: { kind: "vm", namespace: "default", name: `vm${n}` },
        holder: { podUid: `u${n}`, podName: `p${n}`, node: "n1" },
        nics: [{ interface: "eth0", addresses: [{ family: 4, pools: ["10-7-v4"] }] }],
      }),
    ),
  );
  const { client, put, get } = createFakeApi({ kinds: [SpiderIPPool] });
  put(SpiderIPPool, { ...large, spec: { ...large.spec, excludeIPs: ["10.7.1.7-10.7.1.26"] } });
  const events = recordingEvents();
  const stop = new AbortController();
  const run = { client, log: silentLog, recorder: events, signal: stop.signal };
  const { done } = startControllers([createIpPoolController({ ipam })], run);
  await eventually(() => events.said.length > 0);
  const named = Array.from({ length: 10 }, (_, n) => `default/vm${n + 7} holds 10.7.1.${n + 7}`).join(", ");
  assert.deepEqual(events.said, [
    'Warning IPPoolAddressInUse 10-7-v4: IPPool "10-7-v4" does not have 20 of its held addresses any more: ' +
      `${named}, and 10 more; put them back, or each holder gets another address at its next start`,
  ]);
  const status = () => get(SpiderIPPool, { name: "10-7-v4" })?.status;
  await eventually(() => status()?.allocatedIPCount === 10_000);
  assert.equal(status()?.allocatedIPs, undefined);
  stop.abort();
  await done;
});

function pool(metadata: Partial<SpiderIPPool["metadata"]> = {}): SpiderIPPool {
  return {
    apiVersion: "spiderpool.spidernet.io/v2beta1",
    kind: "SpiderIPPool",
    metadata: { name: "10-7-v4", finalizers: [spiderpoolFinalizer], ...metadata },
    spec: { ipVersion: 4, subnet: "10.7.0.0/16", gateway: "10.7.0.1", ips: ["10.7.120.100-10.7.120.200"] },
  };
}

function facts(some: Partial<Facts>): Facts {
  return {
    ...{ name: "10-7-v4", pool: pool(), known: undefined, heldCount: 0, holders: [] },
    ...{ status: undefined, publishInMs: 0, saidOfHolders: undefined },
    ...{ strays: { count: 0, named: [] }, saidOfStraysIn: undefined },
    ...some,
  };
}

function apply(seen: Facts, step: Step): Facts {
  switch (step.do) {
    case "putPool":
      return { ...seen, known: step.definition, status: { totalIPCount: 101, allocatedIPCount: seen.heldCount } };
    case "publishStatus":
      return { ...seen, pool: { ...step.pool, status: step.status } };
    case "forgetPool":
      return { ...seen, known: undefined };
    case "nameHolders":
      return { ...seen, saidOfHolders: step.message };
    case "nameStrays":
      return { ...seen, saidOfStraysIn: step.definition };
    case "removeFinalizer":
      return { ...seen, pool: undefined };
  }
}

function databasePath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "network-pools-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "ipam.db");
}
