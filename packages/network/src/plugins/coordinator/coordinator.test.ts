import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { run } from "@peapod/machinery/node";
import { listCached } from "../../cni/cache.ts";
import { checkNetwork } from "../../cni/chain.ts";
import { inventory } from "../../host/inventory.ts";
import { type Lan, makeLan } from "../../testing/lan.ts";
import { isInOwnNamespaces } from "../../testing/own-namespaces.ts";
import { openTestNode, type TestNode } from "../../testing/test-node.ts";

const lan7 = { nic: "ens192", gateway: ["10.7.0.1/16", "fd07::1/64"], node: ["10.7.120.11/16", "fd07::b/64"] };
const lan8 = { nic: "ens224", gateway: ["10.8.0.1/16"], node: [] };
const underlay = { "v1.multus-cni.io/default-network": "mac7" };

if (isInOwnNamespaces(import.meta.url)) {
  test("a pod on an underlay network reaches the wire, its neighbours, its node and back, over both families", async (t) => {
    await using world = await makeWorld(t);
    const { node, lan } = world;
    const [a, b] = [
      await node.addPod("a", { annotations: underlay }),
      await node.addPod("b", { annotations: underlay }),
    ];
    for (const target of ["10.7.0.1", "10.7.120.101", "10.7.120.11", "fd07::1", "fd07::101", "fd07::b"]) {
      await a.run(...ping(target));
    }
    for (const target of ["10.7.120.100", "fd07::100"]) {
      await run(ping(target));
      await lan.run(...ping(target));
    }
    const route = async (...words: string[]) => (await run(["ip", "route", ...words])).stdout;
    assert.match(await route("get", "10.7.120.100"), /dev ppabc123c[0-9a-f]{6} table 500/);
    assert.match(await a.run("ip", "route", "get", "10.7.120.11"), /dev veth0/);
    assert.match(await a.run("ip", "route", "get", "10.7.0.1"), /dev eth0/);
    for (const pod of [a, b]) await pod.remove();
    assert.deepEqual((await inventory("abc123")).links, []);
    assert.equal(await route("show", "table", "all", "10.7.120.100"), "");
  });

  test("pods of the pod network and of an underlay network reach each other through the node", async (t) => {
    await using world = await makeWorld(t);
    const [web, db] = [await world.node.addPod("web", { annotations: underlay }), await world.node.addPod("db")];
    await web.run(...ping("10.244.0.2"));
    await db.run(...ping("10.7.120.100"));
    await web.remove();
    await db.remove();
  });

  test("IPv6 that is led through the node gets beyond it, and the last instance puts the machine's forwarding back", async (t) => {
    const forwarding = () => readFileSync("/proc/sys/net/ipv6/conf/all/forwarding", "utf8").trim();
    {
      await using world = await makeWorld(t);
      await (await world.node.addPod("web", { annotations: underlay })).remove();
      assert.equal(forwarding(), "0", "node and pod reach each other without it");
    }
    await using far = await makeLan({ nic: "ens256", gateway: ["fd55::1/64"], node: ["fd55::b/64"] });
    await far.run("ip", "route", "add", "fd07::/64", "via", "fd55::b");
    {
      await using world = await makeWorld(t, { coordinator: { hijackCIDR: ["10.244.0.0/16", "fd55::/64"] } });
      const pod = await world.node.addPod("web", { annotations: underlay });
      await pod.run(...ping("fd55::1"));
      await far.run(...ping("fd07::100"));
      await pod.remove();
    }
    assert.equal(forwarding(), "0");
  });

  test("an answer to the node goes back to the node, also where it spoke from an address that the pod's routes do not know", async (t) => {
    await using world = await makeWorld(t);
    const pod = await world.node.addPod("web", { annotations: underlay });
    await run("ip address add 172.30.0.1/32 dev lo".split(" "));
    await run([...ping("10.7.120.100"), "-I", "172.30.0.1"]);
    await run("ip address delete 172.30.0.1/32 dev lo".split(" "));
    await pod.remove();
  });

  test("no way of the node's leads through a pod to addresses that are a guest's on the wire", async (t) => {
    const annotations = { "network.peapod.io/macvtap-interfaces": "eth0" };
    await using world = await makeWorld(t, { cluster: { annotationsOf: async () => annotations } });
    const pod = await world.node.addPod("web", { annotations: underlay });
    assert.match(await pod.run("ip", "link", "show", "veth0"), /veth0/, "other interfaces of the pod may need it");
    for (const address of ["10.7.120.100", "fd07::100"]) {
      assert.match((await run(["ip", "route", "get", address])).stdout, /dev ens192/);
    }
    assert.equal((await run("ip neigh show nud permanent".split(" "))).stdout, "");
    await pod.remove();
  });

  test("a second interface answers by its own table, and the default route stays with the first", async (t) => {
    await using world = await makeWorld(t, { second: true });
    const annotations = { ...underlay, "k8s.v1.cni.cncf.io/networks": "kube-system/mac8@pod37a8eec1ce1" };
    const pod = await world.node.addPod("web", { annotations });
    const [eth0, net1] = pod.interfaces;
    assert.deepEqual(eth0?.gateways, ["10.7.0.1", "fd07::1"]);
    assert.deepEqual(net1?.gateways, [], "a guest on it is told no default route");
    const { lan8: far } = world;
    await far?.run("ip", "address", "add", "172.16.8.1/32", "dev", "lo");
    await far?.run(...ping("10.8.0.100"), "-I", "172.16.8.1"); // from beyond its subnet: by its own gateway
    await run(ping("10.8.0.100"));
    assert.match(await pod.run("ip", "rule"), /1000:\s+from 10\.8\.0\.100 lookup 101/);
    assert.match(await pod.run("ip", "route", "show", "table", "101"), /default via 10\.8\.0\.1 dev pod37a8eec1ce1/);
    await pod.remove();
  });

  test("an annotation chooses the interface of the default route, by position", async (t) => {
    const cluster = { annotationsOf: async () => ({ "ipam.spidernet.io/default-route-nic": "net1" }) };
    await using world = await makeWorld(t, { second: true, cluster });
    const annotations = { ...underlay, "k8s.v1.cni.cncf.io/networks": "kube-system/mac8@pod37a8eec1ce1" };
    const pod = await world.node.addPod("web", { annotations });
    const [eth0, net1] = pod.interfaces;
    assert.deepEqual(
      [eth0?.gateways, net1?.gateways],
      [["fd07::1"], ["10.8.0.1"]],
      "the only one that has IPv6 keeps its route of it",
    );
    await world.lan.run("ip", "address", "add", "172.16.7.1/32", "dev", "lo");
    await world.lan.run(...ping("10.7.120.100"), "-I", "172.16.7.1");
    await pod.remove();
  });

  test("a second interface of a pod on the pod network is reached through the first", async (t) => {
    await using world = await makeWorld(t);
    const pod = await world.node.addPod("web", { annotations: { "k8s.v1.cni.cncf.io/networks": "kube-system/mac7" } });
    assert.deepEqual(
      pod.interfaces.map(({ gateways }) => gateways),
      [["10.244.0.1"], ["fd07::1"]], // the pod network has no IPv6
    );
    await run(ping("10.7.120.100"));
    await world.lan.run(...ping("10.7.120.100"));
    await pod.run(...ping("10.7.120.11"), "-I", "10.7.120.100");
    await pod.remove();
    assert.equal((await run("ip route show table 500".split(" "))).stdout, "");
  });

  test("a MAC says the address where a prefix is given, and the wire learns it", async (t) => {
    await using world = await makeWorld(t, { coordinator: { podMACPrefix: "0a:1b", txQueueLen: 500, podRPFilter: 2 } });
    const pod = await world.node.addPod("web", { annotations: underlay });
    assert.equal(pod.interfaces[0]?.mac, "0a:1b:0a:07:78:64");
    assert.match(await pod.run("ip", "link", "show", "eth0"), /qlen 500/);
    assert.equal((await pod.run("cat", "/proc/sys/net/ipv4/conf/all/rp_filter")).trim(), "2");
    await run(ping("10.7.120.100"));
    await pod.remove();
  });

  test("hosts on the wire learn at once that an address has moved to another MAC", async (t) => {
    await using world = await makeWorld(t);
    const { lan } = world;
    await lan.run("sh", "-c", "echo 0 > /proc/sys/net/ipv4/neigh/br0/locktime"); // or news of the same second is not believed
    const known = () => lan.run("ip", "neigh", "show", "10.7.120.100");
    const seen: (string | undefined)[] = [];
    for (const name of ["before", "after"]) {
      const pod = await world.node.addPod(name, { annotations: underlay });
      const [eth0] = pod.interfaces;
      if (name === "before") await lan.run(...ping("10.7.120.100"));
      assert.match(await known(), new RegExp(`lladdr ${eth0?.mac} `), name);
      seen.push(eth0?.mac);
      await pod.remove();
    }
    assert.notEqual(seen[0], seen[1]);
  });

  test("the rule goes with the last instance, and stays where it was before", async (t) => {
    const rules = async () => (await run("ip rule show pref 1000".split(" "))).stdout.trim();
    {
      await using world = await makeWorld(t);
      await (await world.node.addPod("web", { annotations: underlay })).remove();
      assert.match(await rules(), /lookup 500/);
    }
    assert.equal(await rules(), "");
    await run("ip rule add lookup 500 pref 1000".split(" "));
    {
      await using world = await makeWorld(t);
      await (await world.node.addPod("web", { annotations: underlay })).remove();
    }
    assert.match(await rules(), /lookup 500/);
    await run("ip rule delete lookup 500 pref 1000".split(" "));
  });

  test("a coordinator that is not Synced keeps pods waiting, and says so", async (t) => {
    const coordinator = { apiVersion: "v", kind: "SpiderCoordinator", metadata: { name: "default" } };
    await using world = await makeWorld(t, { cluster: { findCoordinator: async () => coordinator } });
    await assert.rejects(world.node.addPod("web", { annotations: underlay }), /spidercoordinator: default no ready/);
    assert.deepEqual((await inventory("abc123")).links, []);
  });

  test("CHECK misses the pair when somebody took it away", async (t) => {
    await using world = await makeWorld(t);
    const pod = await world.node.addPod("web", { annotations: underlay });
    const { cni } = world.node.network;
    const [cached] = await listCached(cni.resultsDir);
    assert.ok(cached);
    const network = { ...cached.network, plugins: cached.network.plugins.slice(-1) };
    await checkNetwork(network, cached.attachment, { runtime: cni });
    await pod.run("ip", "link", "delete", "veth0");
    await assert.rejects(checkNetwork(network, cached.attachment, { runtime: cni }), /veth0.* is gone/);
    await pod.remove();
  });
}

interface World extends AsyncDisposable {
  readonly node: TestNode;
  readonly lan: Lan;
  readonly lan8: Lan | undefined;
}

interface WorldOptions {
  readonly second?: boolean;
  readonly coordinator?: object;
  readonly cluster?: Parameters<typeof openTestNode>[0]["cluster"];
}

async function makeWorld(
  t: TestContext,
  { second = false, coordinator = {}, cluster }: WorldOptions = {},
): Promise<World> {
  await using undo = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "network-coordinator-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const lan = undo.use(await makeLan(lan7));
  const far = second ? undo.use(await makeLan(lan8)) : undefined;
  const nad = (name: string, master: string, pools: object) => {
    const config = {
      cniVersion: "0.4.0",
      plugins: [
        { type: "macvlan", master, mode: "bridge", ipam: { type: "spiderpool", ...pools } },
        { type: "coordinator", hijackCIDR: ["10.244.0.0/16"], ...coordinator },
      ],
    };
    return { metadata: { namespace: "kube-system", name }, spec: { config: JSON.stringify(config) } };
  };
  const nads = [
    nad("mac7", "ens192", { default_ipv4_ippool: ["seven"], default_ipv6_ippool: ["seven6"] }),
    nad("mac8", "ens224", { default_ipv4_ippool: ["eight"] }),
  ];
  const node = undo.use(await openTestNode({ folder, nads, cluster }));
  const pools = [
    { name: "seven", subnet: "10.7.0.0/16", ips: ["10.7.120.100-10.7.120.110"], gateway: "10.7.0.1" },
    { name: "seven6", subnet: "fd07::/64", ips: ["fd07::100-fd07::110"], gateway: "fd07::1" },
    { name: "eight", subnet: "10.8.0.0/16", ips: ["10.8.0.100-10.8.0.110"], gateway: "10.8.0.1" },
  ];
  for (const pool of pools) await node.network.ipam.putPool(pool);
  undo.defer(async () => {
    // Of a test that failed.
    for (const name of readdirSync("/run/netns").filter((one) => one.startsWith("ppabc123-"))) {
      await run(["ip", "netns", "delete", name]);
    }
  });
  const all = undo.move();
  return { node, lan, lan8: far, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

function ping(address: string): string[] {
  return ["busybox", "ping", "-c", "1", "-W", "3", address];
}
