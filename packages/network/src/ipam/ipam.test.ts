import assert from "node:assert/strict";
import test from "node:test";
import { parseIp } from "@peapod/api";
import { addresses, databasePath, journal, owner, pods, request, texts } from "../testing/allocations.ts";
import { openIpam } from "./ipam.ts";
import { openSqliteJournal } from "./journal.ts";
import type { AllocateRequest } from "./types.ts";

test("allocate() gives the lowest free address, and the owner's own one again to its next pod", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool(pods);
  assert.deepEqual(await addresses(ipam, "web"), ["10.244.0.2/29"]);
  assert.deepEqual(await addresses(ipam, "db"), ["10.244.0.3/29"]);
  assert.deepEqual(await addresses(ipam, "web", { podUid: "second" }), ["10.244.0.2/29"]);
  assert.equal(ipam.list({ owner: owner("web") })[0]?.holder.podUid, "second");
  await ipam.release(owner("web"));
  assert.deepEqual(await addresses(ipam, "new"), ["10.244.0.2/29"]);
});

test("allocate() hands over gateway and routes of the pool", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool({ ...pods, routes: [{ destination: "10.0.0.0/8", gateway: "10.244.0.2" }] });
  assert.deepEqual((await ipam.allocate(request("web"))).assignments, [
    {
      interface: "eth0",
      pool: "pods",
      address: "10.244.0.2/29",
      gateway: "10.244.0.1",
      cleanGateway: false,
      routes: [{ destination: "10.0.0.0/8", gateway: "10.244.0.2" }],
      isNew: true,
      isOnTrial: false,
    },
  ]);
});

test("allocate() falls back to the next candidate and says how full each is when none has an address", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool({ name: "a", subnet: "10.1.0.0/24", ips: ["10.1.0.7"] });
  await ipam.putPool({ name: "b", subnet: "10.2.0.0/24", ips: ["10.2.0.9-10.2.0.10"], excludeIps: ["10.2.0.9"] });
  const pools = ["a", "b"];
  assert.deepEqual(await addresses(ipam, "one", { pools }), ["10.1.0.7/24"]);
  assert.deepEqual(await addresses(ipam, "two", { pools }), ["10.2.0.10/24"]);
  await assert.rejects(addresses(ipam, "three", { pools }), {
    name: "PoolExhaustedError",
    message:
      "failed to allocate any IPv4 IP address to NIC eth0 from IPPools [a b]: all IP addresses used out " +
      '(pool "a": 1 of 1 held, pool "b": 1 of 1 held)',
  });
});

test("allocate() gives one address of each family, both or none", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool(pods);
  await ipam.putPool({ name: "six", subnet: "fd10:244::/64", ips: ["fd10:244::2"], gateway: "fd10:244::1" });
  const both = (name: string): AllocateRequest => ({
    ...request(name),
    nics: [
      {
        interface: "eth0",
        addresses: [
          { family: 4, pools: ["pods"] },
          { family: 6, pools: ["six"] },
        ],
      },
    ],
  });
  assert.deepEqual(texts(await ipam.allocate(both("web"))), ["10.244.0.2/29", "fd10:244::2/64"]);
  assert.deepEqual(texts(await ipam.allocate(both("web"))), ["10.244.0.2/29", "fd10:244::2/64"]);
  await assert.rejects(ipam.allocate(both("db")), /failed to allocate any IPv6 IP address/);
  assert.deepEqual(ipam.list({ owner: owner("db") }), []);
});

test("allocate() gives all interfaces of a request different addresses in one commit, or none", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool(pods);
  const nics = ["eth0", "net1"].map(
    (name) => ({ interface: name, addresses: [{ family: 4, pools: ["pods"] }] }) as const,
  );
  assert.deepEqual(texts(await ipam.allocate({ ...request("web"), nics })), ["10.244.0.2/29", "10.244.0.3/29"]);
  assert.deepEqual(texts(await ipam.allocate({ ...request("db"), nics })), ["10.244.0.4/29", "10.244.0.5/29"]);
  await assert.rejects(ipam.allocate({ ...request("new"), nics }), { name: "PoolExhaustedError" });
  assert.deepEqual(await addresses(ipam, "new"), ["10.244.0.6/29"]);
});

test("allocate() passes over what is reserved or seen on the wire, and over pools that are off", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool(pods);
  await ipam.putPool({ ...pods, name: "off", subnet: "10.9.0.0/29", gateway: "10.9.0.1", isDisabled: true });
  const range = (first: string, last: string) =>
    [{ family: 4, first: parseIp(first).value, last: parseIp(last).value }] as const;
  const reserved = range("10.244.0.2", "10.244.0.3");
  const web = { ...request("web"), reserved };
  assert.deepEqual(texts(await ipam.allocate(web)), ["10.244.0.4/29"]);
  const conflicting = [...range("10.244.0.4", "10.244.0.4"), ...range("10.244.0.5", "10.244.0.5")];
  assert.deepEqual(texts(await ipam.allocate({ ...web, conflicting })), ["10.244.0.4/29"], "it had it before");
  assert.deepEqual(texts(await ipam.allocate({ ...request("new"), reserved, conflicting })), ["10.244.0.6/29"]);
  await assert.rejects(ipam.allocate({ ...request("late"), reserved, conflicting }), {
    message:
      "failed to allocate any IPv4 IP address to NIC eth0 from IPPools [pods]: all IP addresses used out " +
      '(pool "pods": 1 of 5 held, 2 in use by others on the wire)',
  });
  assert.deepEqual(await addresses(ipam, "db", { pools: ["off", "pods"] }), ["10.244.0.2/29"]);
  assert.deepEqual(
    texts(await ipam.allocate({ ...request("db"), reserved })),
    ["10.244.0.2/29"],
    "who holds one keeps it",
  );
});

test("an address that is in two pools has one holder", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool(pods);
  await ipam.putPool({ ...pods, name: "twin" });
  assert.deepEqual(await addresses(ipam, "web"), ["10.244.0.2/29"]);
  assert.deepEqual(await addresses(ipam, "db", { pools: ["twin"] }), ["10.244.0.3/29"]);
});

test("a VM and a pod of the same name are two owners", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool(pods);
  await addresses(ipam, "web");
  const { nics, holder } = request("web");
  const pod = { kind: "pod", namespace: "default", name: "web" } as const;
  assert.deepEqual(texts(await ipam.allocate({ owner: pod, holder, nics })), ["10.244.0.3/29"]);
  await ipam.release(pod);
  assert.equal(ipam.list({ owner: owner("web") }).length, 1);
});

test("allocate() takes exactly the address asked for, or says who has it", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool(pods);
  assert.deepEqual(await addresses(ipam, "web", { exactly: "10.244.0.5" }), ["10.244.0.5/29"]);
  await assert.rejects(addresses(ipam, "db", { exactly: "10.244.0.5" }), {
    message: 'Cannot give "default/db/eth0" the address 10.244.0.5: "default/web/eth0" holds it',
  });
  await assert.rejects(addresses(ipam, "db", { exactly: "10.9.0.5" }), /pool "pods" is 10\.244\.0\.0\/29/);
  await assert.rejects(addresses(ipam, "db", { exactly: "10.244.0.1" }), /does not hand it out/);
  await assert.rejects(addresses(ipam, "db", { pools: ["none"] }), /failed to get original IPPool none: .* not found/);
});

test("release() of an old pod leaves the address that a new pod of the same owner uses", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool(pods);
  await addresses(ipam, "web", { podUid: "old" });
  await addresses(ipam, "web", { podUid: "new" });
  assert.deepEqual(await ipam.release(owner("web"), { podUid: "old" }), []);
  assert.equal((await ipam.release(owner("web"), { podUid: "new" })).length, 1);
  assert.deepEqual(ipam.list(), []);
});

test("an address that its pool does not have any more stays with its owner until that asks again", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool(pods);
  await addresses(ipam, "web");
  await ipam.putPool({ ...pods, excludeIps: ["10.244.0.2"] });
  assert.equal(ipam.list().length, 1);
  assert.deepEqual(await addresses(ipam, "db"), ["10.244.0.3/29"]);
  const { assignments, moves } = await ipam.allocate(request("web"));
  assert.equal(assignments[0]?.address, "10.244.0.4/29");
  assert.equal(moves[0]?.because, 'pool "pods" does not have it any more');
  assert.equal(ipam.list().length, 2);
});

test("an address stays in a pool that is off or to go, and moves where its owner asks for other pools", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool(pods);
  await ipam.putPool({ ...pods, name: "other", subnet: "10.9.0.0/29", gateway: "10.9.0.1" });
  await addresses(ipam, "web");
  await ipam.putPool({ ...pods, isTerminating: true });
  assert.deepEqual(await addresses(ipam, "web", { pools: ["other"] }), ["10.244.0.2/29"]);
  assert.deepEqual(await addresses(ipam, "web", { pools: ["other"], keepOnlyIn: ["other"] }), ["10.9.0.2/29"]);
  assert.equal(await ipam.removePool("pods"), true);
  assert.equal(await ipam.removePool("other"), false, "somebody holds an address of it");
});

test("putMac() remembers a MAC for one interface, which release() forgets", async (t) => {
  const path = databasePath(t);
  {
    using ipam = openIpam(openSqliteJournal(path));
    await ipam.putMac({ ...owner("web"), interface: "eth0" }, "02:00:00:00:00:01");
    await assert.rejects(ipam.putMac({ ...owner("db"), interface: "net1" }, "02:00:00:00:00:01"), {
      message: 'Cannot give "default/db/net1" the address 02:00:00:00:00:01: "default/web/eth0" has it',
    });
  }
  using ipam = openIpam(openSqliteJournal(path));
  assert.deepEqual([...ipam.macsOf(owner("web"))], [["eth0", "02:00:00:00:00:01"]]);
  assert.deepEqual(ipam.owners(), [owner("web")]);
  await ipam.release(owner("web"));
  assert.deepEqual(ipam.owners(), []);
  await ipam.putMac({ ...owner("db"), interface: "net1" }, "02:00:00:00:00:01");
});

test("adopt() records what nobody holds, and nothing else", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool(pods);
  const { holder } = request("web");
  const found = { pool: "pods", family: 4, address: parseIp("10.244.0.2").value, holder } as const;
  assert.equal(await ipam.adopt({ ...found, owner: { ...owner("web"), interface: "eth0" } }), true);
  assert.equal(await ipam.adopt({ ...found, owner: { ...owner("db"), interface: "eth0" } }), false);
  assert.deepEqual(await addresses(ipam, "web"), ["10.244.0.2/29"]);
});

test("onChange() tells of what was committed", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool(pods);
  const said: string[] = [];
  using _ = ipam.onChange((changes) => said.push(...changes.map((change) => change.do)));
  await addresses(ipam, "web");
  await addresses(ipam, "web");
  await ipam.release(owner("web"));
  assert.deepEqual(said, ["put", "remove"]);
});

test("putPool() refuses ranges and gateways outside of the subnet", async (t) => {
  using ipam = openIpam(journal(t));
  await assert.rejects(ipam.putPool({ ...pods, ips: ["10.9.0.1"] }), /its subnet is 10\.244\.0\.0\/29/);
  await assert.rejects(ipam.putPool({ ...pods, gateway: "10.9.0.1" }), /its subnet is 10\.244\.0\.0\/29/);
  assert.deepEqual(ipam.pools(), []);
});
