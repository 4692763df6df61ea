import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import fc from "fast-check";
import { type Ipam, openIpam } from "./ipam.ts";
import { type Journal, openSqliteJournal } from "./journal.ts";
import type { AllocateRequest, PoolDefinition } from "./types.ts";

const pods: PoolDefinition = { name: "pods", subnet: "10.244.0.0/29", gateway: "10.244.0.1" };

test("allocate() gives the lowest free address, and the owner's own one again to its next pod", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool(pods);
  assert.deepEqual(await addresses(ipam, "web"), ["10.244.0.2/29"]);
  assert.deepEqual(await addresses(ipam, "db"), ["10.244.0.3/29"]);
  assert.deepEqual(await addresses(ipam, "web", { podUid: "second" }), ["10.244.0.2/29"]);
  assert.equal(ipam.list({ name: "web" })[0]?.holder.podUid, "second");
  await ipam.release(owner("web"));
  assert.deepEqual(await addresses(ipam, "new"), ["10.244.0.2/29"]);
});

test("allocate() hands over gateway and routes of the pool", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool({ ...pods, routes: [{ destination: "10.0.0.0/8", gateway: "10.244.0.2" }] });
  assert.deepEqual(await ipam.allocate(request("web")), [
    {
      pool: "pods",
      address: "10.244.0.2/29",
      gateway: "10.244.0.1",
      routes: [{ destination: "10.0.0.0/8", gateway: "10.244.0.2" }],
    },
  ]);
});

test("allocate() falls back to the next candidate and says how full each is when none has an address", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool({ name: "a", subnet: "10.1.0.0/24", ips: ["10.1.0.7"] });
  await ipam.putPool({ name: "b", subnet: "10.2.0.0/24", ips: ["10.2.0.9-10.2.0.10"], excludeIps: ["10.2.0.9"] });
  const candidates = [["a", "b"]];
  assert.deepEqual(await addresses(ipam, "one", { candidates }), ["10.1.0.7/24"]);
  assert.deepEqual(await addresses(ipam, "two", { candidates }), ["10.2.0.10/24"]);
  await assert.rejects(ipam.allocate({ ...request("three"), candidates }), {
    name: "PoolExhaustedError",
    message:
      'Cannot give "default/three/eth0" an address: pool "a" has no free address (1 of 1 in use), pool "b" has no free address (1 of 1 in use)',
  });
});

test("allocate() gives one address of each family", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool(pods);
  await ipam.putPool({ name: "six", subnet: "fd10:244::/64", gateway: "fd10:244::1" });
  const candidates = [["pods"], ["six"]];
  assert.deepEqual(await addresses(ipam, "web", { candidates }), ["10.244.0.2/29", "fd10:244::2/64"]);
  assert.deepEqual(await addresses(ipam, "web", { candidates }), ["10.244.0.2/29", "fd10:244::2/64"]);
});

test("allocate() takes exactly the address asked for, or says who has it", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool(pods);
  assert.deepEqual(await addresses(ipam, "web", { address: "10.244.0.5" }), ["10.244.0.5/29"]);
  await assert.rejects(addresses(ipam, "db", { address: "10.244.0.5" }), {
    message: 'Cannot give "default/db/eth0" the address 10.244.0.5: "default/web/eth0" holds it',
  });
  await assert.rejects(addresses(ipam, "db", { address: "10.9.0.5" }), /pool "pods" is 10\.244\.0\.0\/29/);
  await assert.rejects(addresses(ipam, "db", { address: "10.244.0.1" }), /does not hand it out/);
  await assert.rejects(addresses(ipam, "db", { candidates: [["none"]] }), /there is no pool "none"/);
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

test("putPool() with another subnet releases what lies outside of it", async (t) => {
  using ipam = openIpam(journal(t));
  await ipam.putPool(pods);
  await addresses(ipam, "web");
  await ipam.putPool({ ...pods, subnet: "10.244.3.0/24", gateway: "10.244.3.1" });
  assert.deepEqual(ipam.list(), []);
  assert.deepEqual(await addresses(ipam, "web"), ["10.244.3.2/24"]);
});

test("putPool() refuses ranges and gateways outside of the subnet", async (t) => {
  using ipam = openIpam(journal(t));
  await assert.rejects(ipam.putPool({ ...pods, ips: ["10.9.0.1"] }), /its subnet is 10\.244\.0\.0\/29/);
  await assert.rejects(ipam.putPool({ ...pods, gateway: "10.9.0.1" }), /its subnet is 10\.244\.0\.0\/29/);
  assert.deepEqual(ipam.pools(), []);
});

test("a commit that fails changes nothing, in memory neither", async (t) => {
  const real = journal(t);
  let isFull = false;
  const commit: Journal["commit"] = (changes) => {
    if (isFull) throw new Error("database or disk is full");
    real.commit(changes);
  };
  using ipam = openIpam({ ...real, commit });
  await ipam.putPool(pods);
  await addresses(ipam, "web");
  isFull = true;
  await assert.rejects(
    Promise.all([addresses(ipam, "db"), ipam.release(owner("web"))]),
    /Cannot write the address database/,
  );
  await assert.rejects(ipam.removePool("pods"));
  isFull = false;
  assert.deepEqual(await addresses(ipam, "db"), ["10.244.0.3/29"]);
  assert.deepEqual(await addresses(ipam, "web"), ["10.244.0.2/29"]);
});

test("calls of one turn share one commit", async (t) => {
  const real = journal(t);
  let commits = 0;
  const commit: Journal["commit"] = (changes) => {
    commits += 1;
    real.commit(changes);
  };
  using ipam = openIpam({ ...real, commit });
  await ipam.putPool({ ...pods, subnet: "10.244.0.0/24" });
  commits = 0;
  await Promise.all(Array.from({ length: 50 }, (_, n) => addresses(ipam, `vm${n}`)));
  assert.equal(commits, 1);
  assert.equal(new Set(ipam.list().map(({ address }) => address)).size, 50);
});

test("openSqliteJournal() refuses a second process's hand on the file", (t) => {
  const path = databasePath(t);
  using first = openSqliteJournal(path);
  first.commit([{ do: "putPool", pool: pods }]);
  assert.throws(() => openSqliteJournal(path), { message: `Cannot open the address database "${path}"` });
});

test("openIpam() behaves like a map of owners to lowest free addresses, through any number of restarts", async (t) => {
  const path = databasePath(t);
  const command = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant("allocate" as const), who: fc.nat(7), pod: fc.nat(2) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("release" as const), who: fc.nat(7) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 25 }), async (commands) => {
      rmSync(path, { force: true });
      let ipam = openIpam(openSqliteJournal(path));
      const model = new Map<string, { readonly address: string; readonly podUid: string }>();
      try {
        await ipam.putPool(pods);
        for (const step of commands) {
          if (step.do === "restart") {
            ipam[Symbol.dispose]();
            ipam = openIpam(openSqliteJournal(path));
          } else if (step.do === "release") {
            await ipam.release(owner(`vm${step.who}`));
            model.delete(`vm${step.who}`);
          } else {
            const name = `vm${step.who}`;
            const taken = new Set([...model.values()].map(({ address }) => address));
            const free = ["2", "3", "4", "5", "6"]
              .map((n) => `10.244.0.${n}/29`)
              .find((address) => !taken.has(address));
            const expected = model.get(name)?.address ?? free;
            const podUid = String(step.pod);
            if (expected === undefined) await assert.rejects(addresses(ipam, name, { podUid }));
            else {
              assert.deepEqual(await addresses(ipam, name, { podUid }), [expected]);
              model.set(name, { address: expected, podUid });
            }
          }
          const seen = ipam.list().map((held) => [held.owner.name, held.holder.podUid]);
          assert.deepEqual(
            new Map(seen as [string, string][]),
            new Map([...model].map(([name, { podUid }]) => [name, podUid])),
          );
          assert.equal(ipam.pools()[0]?.used, BigInt(model.size));
        }
      } finally {
        ipam[Symbol.dispose]();
      }
    }),
    { numRuns: 25 },
  );
});

interface Wish {
  readonly podUid?: string;
  readonly candidates?: AllocateRequest["candidates"];
  readonly address?: string;
}

async function addresses(ipam: Ipam, name: string, wish: Wish = {}): Promise<readonly string[]> {
  const base = request(name, wish.podUid);
  const { candidates = base.candidates, address } = wish;
  return (await ipam.allocate({ ...base, candidates, address })).map((assignment) => assignment.address);
}

function request(name: string, podUid = "pod"): AllocateRequest {
  return { owner: owner(name), holder: { podUid, podName: `p-${name}`, node: "n1" }, candidates: [["pods"]] };
}

function owner(name: string) {
  return { namespace: "default", name, interface: "eth0" };
}

function journal(t: TestContext): Journal {
  return openSqliteJournal(databasePath(t));
}

function databasePath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "network-ipam-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "ipam.db");
}
