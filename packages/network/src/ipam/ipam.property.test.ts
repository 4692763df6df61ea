import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { formatIp, isInRanges } from "@peapod/api";
import fc from "fast-check";
import { type Ipam, openIpam } from "./ipam.ts";
import { type Journal, openSqliteJournal } from "./journal.ts";
import type { AllocateRequest, Owner, PoolDefinition } from "./types.ts";

/** Few owners and few addresses, so that they meet. `a` and `b` overlap in one address. */
const pools: Readonly<Record<string, PoolDefinition>> = {
  a: { name: "a", subnet: "10.1.0.0/29", gateway: "10.1.0.1", ips: ["10.1.0.2-10.1.0.5"] },
  b: { name: "b", subnet: "10.1.0.0/29", ips: ["10.1.0.5-10.1.0.6"] },
  six: { name: "six", subnet: "fd00::/125", ips: ["fd00::2-fd00::4"] },
};
const edits: readonly Partial<PoolDefinition>[] = [
  {},
  { isDisabled: true },
  { isTerminating: true },
  { excludeIps: ["10.1.0.2-10.1.0.3"] },
];

const name = fc.constantFrom("vm0", "vm1", "vm2", "vm3", "vm4");
const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("allocate" as const),
      name,
      pod: fc.nat(2),
      nics: fc.constantFrom(["eth0"], ["net1"], ["eth0", "net1"]),
      families: fc.constantFrom(["a"], ["a,b"], ["b"], ["a", "six"]),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("release" as const), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("releasePod" as const), name, pod: fc.nat(2) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("edit" as const), pool: fc.constantFrom("a", "b"), edit: fc.nat(3) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("removePool" as const), pool: fc.constantFrom("a", "b", "six") }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("die" as const), before: fc.boolean() }) },
);

test("no address is held twice and none leaks, whatever is asked, edited, deleted and killed", async (t) => {
  const path = databasePath(t);
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
      rmSync(path, { force: true });
      rmSync(`${path}-wal`, { force: true });
      const world = openWorld(path);
      try {
        for (const definition of Object.values(pools)) await world.ipam().putPool(definition);
        for (const step of commands) await world.carryOut(step);
        for (const who of ["vm0", "vm1", "vm2", "vm3", "vm4"]) await world.ipam().release(owner(who));
        assert.deepEqual(world.ipam().list(), [], "everything was given back");
        assert.deepEqual(world.ipam().owners(), []);
      } finally {
        world.ipam()[Symbol.dispose]();
      }
    }),
    { numRuns: 60 },
  );
});

test("ten thousand lives and deaths of machines leave nothing behind", async (t) => {
  const real = openSqliteJournal(databasePath(t));
  using ipam = openIpam(real);
  await ipam.putPool({ name: "a", subnet: "10.1.0.0/16" });
  for (let round = 0; round < 100; round += 1) {
    const names = Array.from({ length: 100 }, (_, n) => `vm${round}-${n}`);
    await Promise.all(names.map((who) => ipam.allocate(request(who, 0, ["eth0"], ["a"]))));
    await Promise.all(names.map((who, n) => ipam.putMac({ ...owner(who), interface: "eth0" }, `02:00:00:00:00:${n}`)));
    await Promise.all(names.map((who) => ipam.release(owner(who))));
  }
  assert.deepEqual([ipam.list(), ipam.owners(), ipam.pool("a")?.used], [[], [], 0]);
  assert.deepEqual([real.load().allocations, real.load().macs], [[], []]);
});

type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

/** The allocator beside a model of it: who holds what, by interface and family. */
function openWorld(path: string) {
  const model = new Map<string, { readonly address: string; readonly pod: string }>();
  let dying: "before" | "after" | undefined;
  let deaths = 0;
  const open = (): Ipam => {
    const real = openSqliteJournal(path);
    const commit: Journal["commit"] = (changes) => {
      if (dying === "before") throw new Error("killed before the commit");
      real.commit(changes);
      if (dying === "after") throw new Error("killed after the commit");
    };
    return openIpam({ ...real, commit });
  };
  let ipam = open();
  const restart = (): void => {
    ipam[Symbol.dispose]();
    dying = undefined;
    ipam = open();
  };

  /** What is held has one holder, is remembered as the model says, and was the lowest free one when it was taken. */
  const check = (): void => {
    const seen = new Map(
      ipam
        .list()
        .map((held) => [
          `${held.owner.name} ${held.owner.interface} ${held.family}`,
          { address: formatIp({ family: held.family, value: held.address }), pod: held.holder.podUid },
        ]),
    );
    assert.deepEqual(sorted(seen), sorted(model));
    const all = ipam.list().map(({ family, address }) => `${family} ${address}`);
    assert.equal(new Set(all).size, all.length, "one holder for each address");
    for (const { pool, used } of ipam.pools()) assert.equal(used, ipam.list({ pool: pool.name }).length);
  };

  const learn = (): void => {
    model.clear();
    for (const held of ipam.list()) {
      const address = formatIp({ family: held.family, value: held.address });
      model.set(`${held.owner.name} ${held.owner.interface} ${held.family}`, { address, pod: held.holder.podUid });
    }
  };

  const allocate = async (step: Extract<Command, { do: "allocate" }>): Promise<void> => {
    const asked = request(step.name, step.pod, step.nics, step.families);
    const before = new Map(model);
    const held = new Set(ipam.list().map(({ family, address }) => `${family} ${address}`));
    try {
      const { assignments } = await ipam.allocate(asked);
      assert.equal(assignments.length, step.nics.length * step.families.length);
      for (const { interface: nic, address, isNew, pool } of assignments) {
        const family = address.includes(":") ? 6 : 4;
        const [text = ""] = address.split("/");
        const key = `${step.name} ${nic} ${family}`;
        const use = ipam.pool(pool);
        if (isNew) {
          const value = ipam
            .list({ owner: owner(step.name) })
            .find((one) => one.owner.interface === nic && one.family === family);
          assert.ok(value && use && isInRanges(use.pool.usable, value.address), "new ones are what the pool hands out");
          assert.ok(!use.pool.definition.isDisabled && !use.pool.definition.isTerminating);
          const lower = use.pool.usable.some(({ first, last }) => {
            for (let at = first; at <= last && at < value.address; at += 1n) {
              if (
                !held.has(`${family} ${at}`) &&
                !assignments.some((one) => one.address.startsWith(`${formatIp({ family, value: at })}/`))
              )
                return true;
            }
            return false;
          });
          assert.ok(!lower, "the lowest free one of its pool");
        } else assert.equal(text, before.get(key)?.address, "whoever holds one keeps it");
        model.set(key, { address: text, pod: String(step.pod) });
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      assert.deepEqual(sorted(model), sorted(before), "what fails changes nothing");
    }
  };

  return {
    ipam: () => ipam,
    carryOut: async (step: Command): Promise<void> => {
      switch (step.do) {
        case "allocate":
          await allocate(step);
          break;
        case "release":
          await ipam.release(owner(step.name));
          for (const key of model.keys()) if (key.startsWith(`${step.name} `)) model.delete(key);
          break;
        case "releasePod":
          await ipam.release(owner(step.name), { podUid: String(step.pod) });
          for (const [key, { pod }] of model) {
            if (key.startsWith(`${step.name} `) && pod === String(step.pod)) model.delete(key);
          }
          break;
        case "edit": {
          const definition = pools[step.pool];
          if (definition) await ipam.putPool({ ...definition, ...edits[step.edit] }).catch(() => {});
          break;
        }
        case "removePool": {
          const isHeld = ipam.list({ pool: step.pool }).length > 0;
          assert.equal(await ipam.removePool(step.pool), !isHeld, "a pool goes when nobody holds any of it");
          break;
        }
        case "restart":
          restart();
          break;
        case "die": {
          dying = step.before ? "before" : "after";
          deaths += 1;
          const pod = 100 + deaths; // one that nobody had before
          await ipam.allocate(request("vm0", pod, ["eth0", "net1"], ["b"])).catch(() => {});
          restart();
          const told = ["eth0", "net1"].map((nic) =>
            ipam
              .list({ owner: owner("vm0") })
              .some(({ owner: held, holder }) => held.interface === nic && holder.podUid === String(pod)),
          );
          assert.equal(told[0], told[1], "both interfaces or none");
          learn(); // what was on disk counts
          break;
        }
      }
      check();
    },
  };
}

function sorted<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function request(who: string, pod: number, nics: readonly string[], families: readonly string[]): AllocateRequest {
  return {
    owner: owner(who),
    holder: { podUid: String(pod), podName: `p-${who}`, node: "n1" },
    nics: nics.map((nic) => ({
      interface: nic,
      addresses: families.map((names) => ({ family: names === "six" ? 6 : 4, pools: names.split(",") })),
    })),
  };
}

function owner(who: string): Owner {
  return { kind: "vm", namespace: "default", name: who };
}

function databasePath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "network-ipam-model-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "ipam.db");
}
