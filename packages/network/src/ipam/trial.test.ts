import assert from "node:assert/strict";
import test from "node:test";
import { parseIp } from "@peapod/api";
import { addresses, databasePath, heldBy, journal, owner, pods, request, texts } from "../testing/allocations.ts";
import { openIpam } from "./ipam.ts";
import { openSqliteJournal } from "./journal.ts";

test("an address on trial is given up for another, until it is proven; what was held before stays until then", async (t) => {
  const path = databasePath(t);
  const trial = { ...request("web"), isTrial: true };
  const other = {
    ...trial,
    nics: [{ interface: "eth0", addresses: [{ family: 4, pools: ["other"], keepOnlyIn: ["other"] }] }],
  } as const;
  {
    using ipam = openIpam(openSqliteJournal(path));
    await ipam.putPool(pods);
    await ipam.putPool({ name: "other", subnet: "10.9.0.0/29" });
    assert.deepEqual(texts(await ipam.allocate(trial)), ["10.244.0.2/29"]);
  }
  using ipam = openIpam(openSqliteJournal(path));
  const { value } = parseIp("10.244.0.2");
  const conflicting = [{ family: 4, first: value, last: value }] as const;
  assert.deepEqual(texts(await ipam.allocate({ ...trial, conflicting })), ["10.244.0.3/29"]);
  assert.equal(ipam.list().length, 1, "the one given up is free");
  const eth0 = { ...owner("web"), interface: "eth0" };
  await ipam.prove(eth0);
  const taken = await ipam.allocate(other);
  assert.deepEqual([texts(taken), taken.moves.length], [["10.9.0.1/29"], 1]);
  assert.deepEqual(heldBy(ipam, "web"), ["10.244.0.3", "10.9.0.1 on trial"]);
  assert.deepEqual(texts(await ipam.allocate(trial)), ["10.244.0.3/29"], "asked back, it has it still");
  assert.deepEqual(heldBy(ipam, "web"), ["10.244.0.3"]);
  await ipam.allocate(other);
  assert.equal((await ipam.release(eth0, { onTrial: true })).length, 1);
  assert.deepEqual(heldBy(ipam, "web"), ["10.244.0.3"]);
  await ipam.allocate(other);
  await ipam.prove(eth0);
  assert.deepEqual(heldBy(ipam, "web"), ["10.9.0.1"]);
});

test("an address on trial is simply its owner's, where nothing is looked for on the wire any more", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool(pods);
  await ipam.allocate({ ...request("web"), isTrial: true });
  assert.deepEqual(await addresses(ipam, "web"), ["10.244.0.2/29"]);
  assert.deepEqual(heldBy(ipam, "web"), ["10.244.0.2"]);
});

test("what an interface is told is remembered, its pod's own routes with it", async (t) => {
  const path = databasePath(t);
  const routes = [
    { destination: "192.168.0.0/16", gateway: "10.244.0.6" },
    { destination: "172.16.0.0/12", gateway: "10.9.0.6" },
  ];
  const nic = (name: string, pool: string) => ({ interface: name, addresses: [{ family: 4, pools: [pool] }] }) as const;
  const nics = [{ ...nic("eth0", "pods"), cleanGateway: true }, nic("net1", "other")];
  {
    using ipam = openIpam(openSqliteJournal(path));
    await ipam.putPool({ ...pods, routes: [{ destination: "10.0.0.0/8", gateway: "10.244.0.2" }] });
    await ipam.putPool({ name: "other", subnet: "10.9.0.0/29" });
    await ipam.allocate({ ...request("web"), nics, routes, asking: "eth0" });
    await ipam.putPool(pods);
  }
  using ipam = openIpam(openSqliteJournal(path));
  const told = () =>
    Object.fromEntries(
      ipam.list({ owner: owner("web") }).map(({ owner: held, handedOut }) => [held.interface, handedOut]),
    );
  const gateway = "10.244.0.1";
  const ofPool = { destination: "10.0.0.0/8", gateway: "10.244.0.2" };
  assert.deepEqual(told(), {
    eth0: { gateway, cleanGateway: true, routes: [ofPool, routes[0]] },
    net1: undefined,
  });
  const { assignments } = await ipam.allocate({ ...request("web"), nics, routes, asking: "net1" });
  assert.deepEqual(assignments[1]?.routes, [routes[1]]);
  await ipam.allocate({ ...request("web"), nics, asking: "eth0" });
  assert.deepEqual(told(), {
    eth0: { gateway, cleanGateway: true, routes: [] },
    net1: { cleanGateway: false, routes: [routes[1]] },
  });
});

test("strays() names what is held of a pool that does not have it any more", async (t) => {
  const path = databasePath(t);
  {
    using ipam = openIpam(openSqliteJournal(path));
    await ipam.putPool(pods);
    await addresses(ipam, "web");
    await addresses(ipam, "db");
    assert.deepEqual(ipam.strays("pods"), []);
    await ipam.putPool({ ...pods, excludeIps: ["10.244.0.2"] });
  }
  using ipam = openIpam(openSqliteJournal(path));
  assert.deepEqual(
    ipam.strays("pods").map((one) => one.owner.name),
    ["web"],
  );
  assert.equal(ipam.list({ pool: "pods" }).length, 2);
  await addresses(ipam, "web");
  assert.deepEqual(ipam.strays("pods"), []);
  await ipam.putPool({ ...pods, ips: ["10.244.0.6"] });
  assert.equal(ipam.strays("pods").length, 2);
  await ipam.putPool(pods);
  assert.deepEqual([ipam.strays("pods"), ipam.pool("pods")?.used], [[], 2]);
});
