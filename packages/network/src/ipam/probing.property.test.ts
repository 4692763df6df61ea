import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { formatIp } from "@peapod/api";
import { armCheckpoint } from "@peapod/machinery";
import fc from "fast-check";
import { answerIpamCall, type IpamCallContext } from "./cni-call.ts";
import { createConflictMemory } from "./conflict-memory.ts";
import { type Ipam, openIpam } from "./ipam.ts";
import { type Journal, openSqliteJournal } from "./journal.ts";
import { defaultSettings } from "./settings/parse-settings.ts";

const addresses = ["10.7.0.10", "10.7.0.11", "10.7.0.12", "10.7.0.13"];
const names = ["vm0", "vm1", "vm2"];

const name = fc.constantFrom(...names);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("ask" as const),
      name,
      dieAfter: fc.constantFrom(undefined, undefined, "ipam/taken", "probe", "ipam/proven"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("plug" as const),
      address: fc.constantFrom(...addresses),
      there: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), name }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

test("a new address is never one that somebody on the wire has, wherever the agent is killed, and a VM's own one stays", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const folder = mkdtempSync(join(tmpdir(), "network-probing-"));
      const world = await openWorld(join(folder, "ipam.db"));
      try {
        for (const one of steps) await world.carryOut(one);
        for (const who of names) await world.carryOut({ do: "delete", name: who });
        assert.deepEqual([world.ipam().list(), world.ipam().owners()], [[], []]);
      } finally {
        armCheckpoint(undefined, () => {});
        world.ipam()[Symbol.dispose]();
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 100 },
  );
});

/** The allocator on a wire with strangers, beside a model: which address is whose for good. */
async function openWorld(path: string) {
  const onWire = new Set<string>();
  /** Strangers that may be remembered. */
  const seen = new Set<string>();
  const own = new Map<string, string>();
  /** Who may have something on trial: its agent died. */
  const interrupted = new Set<string>();
  let isDead = false;
  let ipam: Ipam;
  let conflicts = createConflictMemory();
  let diesProbing = false;

  const die = (): never => {
    isDead = true;
    throw new Error("killed");
  };
  const open = (): void => {
    const real = openSqliteJournal(path);
    const commit: Journal["commit"] = (changes) => (isDead ? die() : real.commit(changes));
    ipam = openIpam({ ...real, commit });
    conflicts = createConflictMemory();
    seen.clear();
  };
  open();
  await ipam!.putPool({ name: "lan", subnet: "10.7.0.0/16", ips: [`${addresses[0]}-${addresses.at(-1)}`] });

  const ask = async (who: string): Promise<{ readonly address?: string; readonly error?: string }> => {
    const pod = { namespace: "default", name: who, labels: {}, annotations: {} };
    const context: IpamCallContext = {
      ipam,
      defaultPools: [],
      podBridge: "own",
      probes: {
        findConflict: async (_netns, _ifName, address) => {
          if (diesProbing) die();
          if (onWire.has(address)) seen.add(address);
          return onWire.has(address) ? "02:00:00:00:00:99" : undefined;
        },
        isGatewayReachable: async () => true,
        conflicts,
      },
      identify: async () => ({
        owner: { namespace: "default", name: who },
        holder: { podUid: who, podName: who, node: "n1" },
        isKept: true,
        selection: {
          ...{ pod, namespace: { labels: {}, annotations: {} }, node: { name: "n1", labels: {} }, reserved: [] },
          nics: [{ ifName: "eth0", nad: { namespace: "default", name: "lan" }, usesPools: true }],
          settings: { ...defaultSettings, enableIPConflictDetection: true },
        },
      }),
    };
    const config = { cniVersion: "1.0.0", ipam: { type: "spiderpool", default_ipv4_ippool: ["lan"] } };
    const args = { K8S_POD_NAMESPACE: "default", K8S_POD_NAME: who };
    const call = { command: "ADD", containerId: who, netns: "", ifName: "eth0", args, config };
    const { body } = await answerIpamCall(call, context);
    const answer = body as { readonly ips?: readonly { readonly address: string }[]; readonly msg?: string };
    const [address] = answer.ips?.[0]?.address.split("/") ?? [];
    return address === undefined ? { error: answer.msg ?? "" } : { address };
  };

  const heldBy = (who: string) =>
    ipam
      .list({ owner: { kind: "vm", namespace: "default", name: who } })
      .map(({ family, address, isOnTrial }) => ({ text: formatIp({ family, value: address }), isOnTrial }));

  const carryOutAsk = async (who: string, dieAfter: string | undefined): Promise<void> => {
    const others = new Set(names.flatMap((other) => (other === who ? [] : heldBy(other).map(({ text }) => text))));
    diesProbing = dieAfter === "probe";
    armCheckpoint(dieAfter, die);
    const { address, error = "" } = await ask(who);
    armCheckpoint(undefined, () => {});
    diesProbing = false;
    if (isDead) {
      ipam[Symbol.dispose]();
      isDead = false;
      open();
      interrupted.add(who);
      const proven = heldBy(who).find(({ isOnTrial }) => !isOnTrial);
      if (proven && !own.has(who)) own.set(who, notOnWire(proven.text));
      return;
    }
    interrupted.delete(who);
    const mine = own.get(who);
    if (address === undefined) {
      if (mine !== undefined) assert.ok(onWire.has(mine) && error.includes(`ip conflict: `), error);
      else {
        assert.match(error, /all IP addresses used out/);
        assert.ok(addresses.every((one) => others.has(one) || onWire.has(one) || seen.has(one)));
      }
      return;
    }
    if (mine !== undefined) assert.equal(address, mine, "a VM keeps its own");
    else {
      const lower = addresses.slice(0, addresses.indexOf(address));
      assert.ok(lower.every((one) => others.has(one) || onWire.has(one) || seen.has(one)) || wasOnTrial(address));
      own.set(who, notOnWire(address));
    }
  };
  const trials = new Set<string>();
  const wasOnTrial = (address: string): boolean => trials.has(address);
  const notOnWire = (address: string): string => {
    assert.ok(!onWire.has(address), `${address} is a stranger's`);
    return address;
  };

  const check = (): void => {
    const all = names.flatMap((who) => heldBy(who).map(({ text }) => text));
    assert.equal(new Set(all).size, all.length, "one holder for each address");
    for (const who of names) {
      const held = heldBy(who);
      assert.deepEqual(
        held.filter(({ isOnTrial }) => !isOnTrial).map(({ text }) => text),
        [own.get(who) ?? []].flat(),
      );
      const onTrial = held.filter(({ isOnTrial }) => isOnTrial);
      assert.ok(
        onTrial.length <= (interrupted.has(who) ? 1 : 0),
        `${who} has nothing on trial that it did not die over`,
      );
      for (const { text } of onTrial) trials.add(text);
    }
  };

  return {
    ipam: () => ipam,
    carryOut: async (one: Step): Promise<void> => {
      if (one.do === "ask") await carryOutAsk(one.name, one.dieAfter);
      else if (one.do === "plug") {
        if (one.there) onWire.add(one.address);
        else onWire.delete(one.address);
      } else {
        await ipam.release({ kind: "vm", namespace: "default", name: one.name });
        own.delete(one.name);
        interrupted.delete(one.name);
      }
      check();
    },
  };
}
