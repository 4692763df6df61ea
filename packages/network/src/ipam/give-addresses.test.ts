import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { answerIpamCall, type IpamCallContext, type PodIdentity } from "./cni-call.ts";
import { createConflictMemory } from "./conflict-memory.ts";
import { type Ipam, openIpam } from "./ipam.ts";
import { openSqliteJournal } from "./journal.ts";
import { reservedRanges } from "./reserved.ts";
import type { SelectionFacts } from "./selection/facts.ts";
import { defaultSettings } from "./settings/parse-settings.ts";
import type { PoolDefinition } from "./types.ts";

const lan: PoolDefinition = {
  ...{ name: "10-7-v4", subnet: "10.7.0.0/16", gateway: "10.7.0.1" },
  ips: ["10.7.120.100-10.7.120.102"],
};
const ippools = "ipam.spidernet.io/ippools";

test("an ADD takes from the network's pools, the pod's bridge from the node's own whatever the pod's annotations say", async (t) => {
  const world = await makeWorld(t);
  assert.deepEqual(await world.add({ "ipam.spidernet.io/ippool": '{"ipv4":["10-7-v4"]}' }, { bridge: "ppbr" }), {
    ips: ["10.244.0.1/24"],
    routes: [],
  });
  assert.deepEqual(await world.add({}, {}, "db"), {
    ips: ["10.7.120.100/16"],
    routes: [{ dst: "0.0.0.0/0", gw: "10.7.0.1" }],
  });
});

test("an ADD leaves the default route out where the pool's gateway is not wanted, and adds the pod's own routes", async (t) => {
  const world = await makeWorld(t);
  const annotations = {
    [ippools]: '[{"interface":"eth0","ipv4":["10-7-v4"],"cleangateway":true}]',
    "ipam.spidernet.io/routes": '[{"dst":"192.168.0.0/16","gw":"10.7.0.9"},{"dst":"172.16.0.0/12","gw":"10.9.0.1"}]',
  };
  const given = await world.add(annotations);
  assert.deepEqual(given.routes, [{ dst: "192.168.0.0/16", gw: "10.7.0.9" }]);
  assert.deepEqual(world.said, [
    "RouteIgnored: the route to 172.16.0.0/12 is left out: its gateway 10.9.0.1 is in the subnet of none of the pod's addresses",
  ]);
});

test("an ADD knows a pool that was made a moment ago", async (t) => {
  const world = await makeWorld(t);
  world.published.push({ name: "new", subnet: "10.8.0.0/16", ips: ["10.8.0.5"] });
  assert.deepEqual((await world.add({ [ippools]: '[{"ipv4":["new"]}]' })).ips, ["10.8.0.5/16"]);
  await assert.rejects(
    world.add({ [ippools]: '[{"ipv4":["none"]}]' }),
    /failed to get original IPPool none: .* not found/,
  );
});

test("an ADD goes on to the next address where somebody on the wire has it, and remembers that", async (t) => {
  const world = await makeWorld(t);
  world.settings = { ...defaultSettings, enableIPConflictDetection: true };
  world.onWire.set("10.7.120.100", "02:00:00:00:00:99");
  assert.deepEqual((await world.add({})).ips, ["10.7.120.101/16"]);
  const message =
    "ip conflict: pod's interface eth0 with an conflicting ip 10.7.120.100, 10.7.120.100 is located at 02:00:00:00:00:99";
  assert.deepEqual(world.said, [`AddressConflict: ${message}`]);
  assert.equal(world.ipam.list().length, 1, "the address that somebody else has is nobody's");
  world.asked.length = 0;
  assert.deepEqual((await world.add({}, {}, "db")).ips, ["10.7.120.102/16"]);
  assert.deepEqual(world.asked, ["10.7.120.102"], "the one that was seen is not asked for again");
  world.onWire.set("10.7.120.101", "02:00:00:00:00:98");
  await assert.rejects(world.add({}), /ip conflict: .* 10\.7\.120\.101 is located at 02:00:00:00:00:98/);
  assert.equal(
    world.ipam.list({ owner: { kind: "vm", namespace: "default", name: "web" } }).length,
    1,
    "a fixed address stays",
  );
});

test("an ADD takes nothing where every address of the pool is somebody else's, or the gateway does not answer", async (t) => {
  const world = await makeWorld(t);
  world.settings = { ...defaultSettings, enableIPConflictDetection: true, enableGatewayDetection: true };
  for (const n of ["0", "1", "2"]) world.onWire.set(`10.7.120.10${n}`, "02:00:00:00:00:99");
  await assert.rejects(world.add({}), /all IP addresses used out/);
  assert.deepEqual(world.ipam.list(), []);
  const other = await makeWorld(t);
  other.settings = { ...defaultSettings, enableGatewayDetection: true };
  await assert.rejects(other.add({}), /gateway 10\.7\.0\.1 is unreachable/);
  assert.deepEqual(other.ipam.list(), []);
  other.onWire.set("10.7.0.1", "02:00:00:00:00:01");
  assert.deepEqual((await other.add({})).ips, ["10.7.120.100/16"]);
});

test("an ADD hands out nothing that is reserved, and gives what is asked for or says why not", async (t) => {
  const world = await makeWorld(t);
  world.reserved = ["10.7.120.100-10.7.120.101"];
  const exactly = (address: string) => ({ "ovn.kubernetes.io/ip_address": address });
  await assert.rejects(world.add(exactly("10.7.120.101")), /10\.7\.120\.101: a SpiderReservedIP reserves it/);
  await assert.rejects(world.add(exactly("10.7.120.7")), /10\.7\.120\.7: pool "10-7-v4" does not hand it out/);
  await assert.rejects(
    world.add(exactly("fd00::5")),
    /Cannot give "eth0" the address fd00::5: it is to get no IPv6 address/,
  );
  assert.deepEqual((await world.add({})).ips, ["10.7.120.102/16"]);
  await assert.rejects(world.add(exactly("10.7.120.102"), {}, "db"), /"default\/web\/eth0" holds it/);
});

test("an address that was decided with another interface's is looked for when its own interface asks", async (t) => {
  const world = await makeWorld(t);
  world.settings = { ...defaultSettings, enableIPConflictDetection: true };
  world.nics = ["eth0", "net1"];
  const both = { [ippools]: '[{"ipv4":["10-7-v4"]},{"ipv4":["10-7-v4"]}]' };
  world.onWire.set("10.7.120.101", "02:00:00:00:00:99");
  assert.deepEqual((await world.add(both)).ips, ["10.7.120.100/16"]);
  world.asking = "net1";
  assert.deepEqual((await world.add(both)).ips, ["10.7.120.102/16"]);
  assert.deepEqual(world.asked, ["10.7.120.100", "10.7.120.101", "10.7.120.102"]);
  assert.ok(world.ipam.list().every(({ isOnTrial }) => !isOnTrial));
});

test("an ADD refuses the address that is asked for when somebody on the wire has it, and gives it once it is free", async (t) => {
  const world = await makeWorld(t);
  world.settings = { ...defaultSettings, enableIPConflictDetection: true };
  world.onWire.set("10.7.120.102", "02:00:00:00:00:99");
  const exactly = { "ovn.kubernetes.io/ip_address": "10.7.120.102" };
  await assert.rejects(world.add(exactly), /ip conflict: .* 10\.7\.120\.102 is located at 02:00:00:00:00:99/);
  assert.deepEqual([world.asked, world.ipam.list()], [["10.7.120.102"], []]);
  world.onWire.clear();
  assert.deepEqual((await world.add(exactly)).ips, ["10.7.120.102/16"]);
});

test("a VM that is to move to an address that somebody on the wire has, or where no gateway answers, keeps what it had", async (t) => {
  const world = await makeWorld(t);
  await world.ipam.putPool({ name: "other", subnet: "10.8.0.0/16", ips: ["10.8.0.5"], gateway: "10.8.0.1" });
  await world.add({});
  world.settings = { ...defaultSettings, enableIPConflictDetection: true, enableGatewayDetection: true };
  const move = { [ippools]: '[{"interface":"eth0","ipv4":["other"]}]' };
  await assert.rejects(world.add(move), /gateway 10\.8\.0\.1 is unreachable/);
  world.onWire.set("10.8.0.5", "02:00:00:00:00:99");
  await assert.rejects(world.add(move), /all IP addresses used out \(pool "other": 0 of 1 held, 1 in use by others/);
  const held = () => world.ipam.list().map(({ pool }) => pool);
  assert.deepEqual([held(), world.said.filter((one) => one.startsWith("AddressChanged"))], [["10-7-v4"], []]);
});

test("an ADD takes nothing of a pool where another agent gives them out, and the node's own as ever", async (t) => {
  const world = await makeWorld(t);
  world.elsewhere = "n2";
  await assert.rejects(world.add({}), {
    message: 'Cannot give "eth0" an address of a pool: the agent of node "n2" alone gives them out',
  });
  assert.deepEqual((await world.add({}, { bridge: "ppbr" })).ips, ["10.244.0.1/24"]);
});

test("a VM whose address no longer fits is told what became of it", async (t) => {
  const world = await makeWorld(t);
  await world.ipam.putPool({ name: "other", subnet: "10.7.0.0/16", ips: ["10.7.130.5"] });
  await world.add({});
  assert.deepEqual((await world.add({}, { default_ipv4_ippool: ["other"] })).ips, ["10.7.120.100/16"]);
  assert.deepEqual(world.said.splice(0), [
    'AddressKept: eth0 of default/web keeps 10.7.120.100/16 of pool "10-7-v4", though its pools are "other" now',
  ]);
  assert.deepEqual((await world.add({ [ippools]: '[{"ipv4":["other"]}]' })).ips, ["10.7.130.5/16"]);
  assert.deepEqual(world.said.splice(0), [
    'AddressChanged: eth0 gets 10.7.130.5 of pool "other" instead of 10.7.120.100: it asks for an address of "other"',
  ]);
  assert.deepEqual(world.ipam.list({ pool: "10-7-v4" }), [], "the old one is free");
});

test("a pod's addresses are its own where VMs' are not kept, and go with it", async (t) => {
  const world = await makeWorld(t);
  world.isKept = false;
  await world.add({});
  assert.equal(world.ipam.list()[0]?.owner.kind, "pod");
  await world.call("DEL", {}, {}, "web");
  assert.deepEqual(world.ipam.list(), []);
});

interface World {
  elsewhere?: string;
  /** The pod's interfaces, and the one that asks. */
  nics: readonly string[];
  asking: string;
  settings: typeof defaultSettings;
  reserved: readonly string[];
  isKept: boolean;
  readonly ipam: Ipam;
  /** Pools of the API that the allocator was not told of. */
  readonly published: PoolDefinition[];
  /** Address → MAC of who has it. */
  readonly onWire: Map<string, string>;
  readonly asked: string[];
  readonly said: string[];
  readonly add: (
    annotations: Annotations,
    section?: object,
    name?: string,
  ) => Promise<{ ips: string[]; routes: unknown }>;
  readonly call: (command: string, annotations: Annotations, section: object, name: string) => Promise<unknown>;
}

type Annotations = Readonly<Record<string, string>>;

/** A network on a LAN that takes from `10-7-v4`, and VMs with one interface in it. */
async function makeWorld(t: TestContext): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "network-give-"));
  const ipam = openIpam(openSqliteJournal(join(folder, "ipam.db")));
  t.after(() => {
    ipam[Symbol.dispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  await ipam.putPool(lan);
  await ipam.putPool({ name: "own", subnet: "10.244.0.0/24" });
  const world: World = {
    ...{ settings: defaultSettings, reserved: [], isKept: true, ipam, published: [], onWire: new Map() },
    ...{ asked: [], said: [], nics: ["eth0"], asking: "eth0" },
    call: async (command, annotations, { bridge, ...section }: { readonly bridge?: string } = {}, name) => {
      const selection: SelectionFacts = {
        pod: { namespace: "default", name, labels: {}, annotations },
        namespace: { labels: {}, annotations: {} },
        node: { name: "n1", labels: {} },
        nics: world.nics.map((ifName) => ({ ifName, nad: { namespace: "kube-system", name: "lan" }, usesPools: true })),
        settings: world.settings,
        reserved: reservedRanges(world.reserved),
      };
      const identity: PodIdentity = {
        owner: { namespace: "default", name },
        holder: { podUid: `u-${name}`, podName: name, node: "n1" },
        isKept: world.isKept,
        selection,
      };
      const named = bridge === undefined ? { default_ipv4_ippool: ["10-7-v4"] } : {};
      const config = { cniVersion: "1.0.0", bridge, ipam: { type: "spiderpool", ...named, ...section } };
      const args = { K8S_POD_NAMESPACE: "default", K8S_POD_NAME: name, K8S_POD_UID: `u-${name}` };
      const call = { command, containerId: "c1", netns: "/run/netns/x", ifName: world.asking, args, config };
      const { status, body } = await answerIpamCall(call, { ...context, identify: async () => identity });
      if (status === 200) return body;
      throw new Error((body as { readonly msg: string }).msg); // what the specification calls an error
    },
    add: async (annotations, section = {}, name = "web") => {
      const body = await world.call("ADD", annotations, section, name);
      const { ips, routes } = body as {
        readonly ips: readonly { readonly address: string }[];
        readonly routes: unknown;
      };
      return { ips: ips.map(({ address }) => address), routes };
    },
  };
  const ask = async (_netns: string, _ifName: string, address: string): Promise<string | undefined> => {
    world.asked.push(address);
    return world.onWire.get(address);
  };
  const context: Omit<IpamCallContext, "identify"> = {
    ipam,
    defaultPools: [["own"]],
    podBridge: "ppbr",
    probes: {
      findConflict: ask,
      isGatewayReachable: async (netns, ifName, gateway) => (await ask(netns, ifName, gateway)) !== undefined,
      conflicts: createConflictMemory(),
    },
    report: (_, { reason, message }) => void world.said.push(`${reason}: ${message}`),
    poolsElsewhere: () => world.elsewhere,
    findPool: async (name) => world.published.find((pool) => pool.name === name),
  };
  return world;
}
