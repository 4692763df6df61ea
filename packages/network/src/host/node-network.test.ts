import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { run } from "@peapod/machinery/node";
import { checkNetwork } from "../cni/chain.ts";
import { renderCniConfig } from "../render/cni-config.ts";
import { renderDefaultNetwork } from "../render/default-network.ts";
import { isInOwnNamespaces } from "../testing/own-namespaces.ts";
import { openTestNode } from "../testing/test-node.ts";
import { inventory } from "./inventory.ts";

if (isInOwnNamespaces(import.meta.url)) {
  test("attachPod() connects pods to each other and to the machine through the real bridge plugin", async (t) => {
    await using node = await openTestNode({ folder: temporaryFolder(t) });
    const [web, db] = [await node.addPod("web"), await node.addPod("db")];
    assert.equal(node.network.podSubnet, "10.244.0.0/24");
    const [eth0] = web.interfaces;
    assert.deepEqual(
      { ...eth0, mac: "" },
      {
        name: "eth0",
        kind: "veth",
        mode: undefined,
        mac: "",
        mtu: 1500,
        addresses: ["10.244.0.2/24"],
        gateways: ["10.244.0.1"],
        routes: [{ destination: "0.0.0.0/0", gateway: "10.244.0.1" }],
        nad: { namespace: "kube-system", name: "k8s-pod-network" },
        isDefault: true,
        dns: { nameservers: [], search: [] },
      },
    );
    assert.deepEqual(db.interfaces[0]?.addresses, ["10.244.0.3/24"]);
    await web.run(...ping("10.244.0.3"));
    await web.run(...ping("10.244.0.1"));
    await run(ping("10.244.0.2"));
    await web.remove();
    await db.remove();
  });

  test("attachPod() finds its own work again, after any half-done attempt", async (t) => {
    await using node = await openTestNode({ folder: temporaryFolder(t) });
    const pod = await node.addPod("web");
    const results = node.network.cni.resultsDir;
    const { result: _, ...begun } = JSON.parse(readFileSync(join(results, readdirSync(results)[0] ?? ""), "utf8"));
    const network = renderCniConfig(renderDefaultNetwork(), node.network.defaults);
    await checkNetwork(network, begun.attachment, { runtime: node.network.cni });
    await pod.run("ip", "address", "flush", "dev", "eth0");
    await assert.rejects(checkNetwork(network, begun.attachment, { runtime: node.network.cni }), /eth0/);
    await pod.remove();
    assert.deepEqual(readdirSync(results), []);
    await pod.remove().catch(() => {}); // the namespace is gone by now; DEL must not mind
  });

  test("attachPod() says which plugin failed, why, and takes back what it did", async (t) => {
    const config = {
      cniVersion: "1.0.0",
      plugins: [
        { type: "bridge", ipam: { type: "spiderpool" } },
        { type: "bandwidth", ingressRate: -1, ingressBurst: 5 },
      ],
    };
    const nad = { metadata: { namespace: "default", name: "bad" }, spec: { config: JSON.stringify(config) } };
    await using node = await openTestNode({ folder: temporaryFolder(t), nads: [nad] });
    const annotations = { "v1.multus-cni.io/default-network": "default/bad" };
    await assert.rejects(
      node.addPod("web", { annotations }),
      /^CniError: Cannot attach interface "eth0" of network "bad": plugin "b/,
    );
    assert.equal((await run(["ip", "-json", "link", "show", "type", "veth"])).stdout.trim(), "[]");
    assert.deepEqual(node.network.ipam.list(), []);
    await run(["ip", "netns", "delete", "ppabc123-1"]);
  });

  test("attachPod() adds further networks under the names that annotations give", async (t) => {
    const config = { cniVersion: "0.3.1", type: "bridge", bridge: "lan0", ipam: { type: "spiderpool" } };
    const nad = { metadata: { namespace: "default", name: "lan" }, spec: { config: JSON.stringify(config) } };
    await using node = await openTestNode({ folder: temporaryFolder(t), nads: [nad] });
    const annotations = { "k8s.v1.cni.cncf.io/networks": '[{"name":"lan","interface":"pod37a8eec1ce1"}]' };
    const pod = await node.addPod("web", { annotations });
    assert.deepEqual(
      pod.interfaces.map(({ name, addresses }) => [name, ...addresses]),
      [
        ["eth0", "10.244.0.2/24"],
        ["pod37a8eec1ce1", "10.244.0.3/24"],
      ],
    );
    assert.ok((await inventory(node.instance)).links.includes("lan0"), "a bridge that is here because of us");
    await pod.remove();
    await node[Symbol.asyncDispose]();
    assert.deepEqual((await inventory(node.instance)).links, []);
  });

  test("a bridge that was there before, or has other people's ports, outlives us", async (t) => {
    const config = { cniVersion: "1.0.0", type: "bridge", bridge: "lan0", ipam: { type: "spiderpool" } };
    const nad = { metadata: { namespace: "default", name: "lan" }, spec: { config: JSON.stringify(config) } };
    const annotations = { "v1.multus-cni.io/default-network": "default/lan" };
    await using undo = new AsyncDisposableStack();
    undo.defer(async () => void (await run(["ip", "link", "delete", "lan0"])));
    for (const command of ["link add lan0 type bridge", "link set lan0 up"]) await run(["ip", ...command.split(" ")]);
    {
      await using node = await openTestNode({ folder: temporaryFolder(t), nads: [nad] });
      await (await node.addPod("web", { annotations })).remove();
    }
    await run(["ip", "link", "delete", "lan0"]);
    {
      await using node = await openTestNode({ folder: temporaryFolder(t), nads: [nad] });
      await (await node.addPod("web", { annotations })).remove();
      await run(["ip", "link", "add", "theirs", "type", "veth", "peer", "name", "theirs2"]);
      undo.defer(async () => void (await run(["ip", "link", "delete", "theirs"])));
      await run(["ip", "link", "set", "theirs", "master", "lan0"]);
    }
    await run(["ip", "link", "show", "lan0"]);
    assert.deepEqual((await inventory("abc123")).links, []);
  });

  test("pods reach the outside under the machine's address, and each other's instances under their own", async (t) => {
    const folder = temporaryFolder(t);
    await using outside = await makeOutside();
    await using one = await openTestNode({ folder });
    await using two = await openTestNode({ folder, instance: "def456" });
    assert.equal(two.network.podSubnet, "10.244.1.0/24");
    assert.equal(one.network.defaults.mtu, 1400);
    const [a, b] = [await one.addPod("a"), await two.addPod("b")];
    assert.equal(await outside.whoAsks(a), "192.168.77.1");
    await a.run(...ping("10.244.1.2"));
    const { stdout } = await run(["nft", "list", "ruleset"]);
    assert.match(stdout, /table ip peapod_abc123/);
    assert.match(stdout, /table ip peapod_def456/);
    await a.remove();
    await b.remove();
  });

  test("the last instance to leave puts forwarding back, and none leaves anything behind", async (t) => {
    const folder = temporaryFolder(t);
    const forwarding = () => readFileSync("/proc/sys/net/ipv4/ip_forward", "utf8").trim();
    const nothing = {
      links: [],
      namespaces: [],
      nftTables: [],
      forwardRules: [],
      processes: [],
      cgroups: [],
      mounts: [],
      runFiles: [],
    };
    assert.equal(forwarding(), "0");
    const one = await openTestNode({ folder });
    const two = await openTestNode({ folder, instance: "def456" });
    const pod = await one.addPod("web");
    const { links, namespaces, nftTables } = await inventory("abc123");
    assert.deepEqual([links.length, namespaces, nftTables], [2, ["ppabc123-1"], ["ip peapod_abc123"]]);
    await pod.remove();
    await one[Symbol.asyncDispose]();
    assert.deepEqual(await inventory("abc123"), nothing);
    assert.equal(forwarding(), "1");
    await two[Symbol.asyncDispose]();
    assert.deepEqual(await inventory("def456"), nothing);
    assert.equal(forwarding(), "0");
    assert.equal(existsSync("/run/peapod/machine.json"), false);
  });

  test("pods get through on a machine that forwards nothing by default, and its own rules stay", async (t) => {
    await using undo = new AsyncDisposableStack();
    const filter = "table ip filter { chain FORWARD { type filter hook forward priority 0; policy drop; }; }";
    for (const command of [filter, "add rule ip filter FORWARD iifname docker0 accept"]) await run(["nft", command]);
    undo.defer(async () => void (await run(["nft", "delete", "table", "ip", "filter"])));
    const folder = temporaryFolder(t);
    await using outside = await makeOutside();
    {
      await using node = await openTestNode({ folder });
      await node.network[Symbol.asyncDispose]();
      await using again = await openTestNode({ folder }); // the second time changes nothing
      const pod = await again.addPod("web");
      assert.equal(await outside.whoAsks(pod), "192.168.77.1");
      assert.deepEqual((await inventory("abc123")).forwardRules, [
        "ip filter FORWARD iifname ppabc123br",
        "ip filter FORWARD oifname ppabc123br",
      ]);
      await pod.remove();
    }
    const { stdout } = await run(["nft", "list", "chain", "ip", "filter", "FORWARD"]);
    assert.match(stdout, /docker0/);
    assert.doesNotMatch(stdout, /ppabc123/);
  });

  test("openNodeNetwork() keeps its range and its addresses over restarts, and moves when something else took the range", async (t) => {
    const folder = temporaryFolder(t);
    await using undo = new AsyncDisposableStack();
    const first = await openTestNode({ folder });
    await first.addPod("web");
    await first.network[Symbol.asyncDispose](); // as if it were killed: all it made stays
    const second = await openTestNode({ folder });
    assert.equal(second.network.podSubnet, "10.244.0.0/24");
    assert.equal(second.network.ipam.list().length, 1);
    await run(["ip", "netns", "delete", "ppabc123-1"]);
    await second[Symbol.asyncDispose]();
    await run(["ip", "link", "add", "other", "type", "bridge"]);
    undo.defer(async () => void (await run(["ip", "link", "delete", "other"])));
    await run(["ip", "address", "add", "10.244.0.1/23", "dev", "other"]);
    await run(["ip", "link", "set", "other", "up"]);
    await using third = await openTestNode({ folder });
    assert.equal(third.network.podSubnet, "10.244.2.0/24");
    const moved = await third.addPod("web", { uid: "uid-again" });
    assert.match(moved.interfaces[0]?.addresses[0] ?? "", /^10\.244\.2\.\d+\/24$/);
    assert.equal(third.network.ipam.list().length, 1, "the address of the old range went with the move");
    await moved.remove();
  });
}

interface Outside extends AsyncDisposable {
  /** The address that a server out there sees when the pod asks it. */
  readonly whoAsks: (pod: { readonly run: (...argv: string[]) => Promise<string> }) => Promise<string>;
}

/** A network beyond the machine's default route, of MTU 1400. */
async function makeOutside(): Promise<Outside> {
  const commands = [
    "netns add outside",
    "link add up0 mtu 1400 type veth peer name eth0 netns outside",
    "address add 192.168.77.1/24 dev up0",
    "link set up0 up",
    "-n outside link set lo up",
    "-n outside address add 192.168.77.2/24 dev eth0",
    "-n outside link set eth0 up",
    "route add default via 192.168.77.2",
  ];
  for (const command of commands) await run(["ip", ...command.split(" ")]);
  return {
    whoAsks: async (pod) => {
      const stop = new AbortController();
      const server = run(
        ["ip", "netns", "exec", "outside", "socat", "-U", "TCP-LISTEN:8080,reuseaddr", "SYSTEM:echo $SOCAT_PEERADDR"],
        { signal: stop.signal },
      ).catch(() => {});
      try {
        return (await pod.run("socat", "-u", "TCP:192.168.77.2:8080,retry=100,interval=0.05", "STDOUT")).trim();
      } finally {
        stop.abort();
        await server;
      }
    },
    [Symbol.asyncDispose]: async () => {
      await run(["ip", "link", "delete", "up0"]);
      await run(["ip", "netns", "delete", "outside"]);
    },
  };
}

function ping(address: string): string[] {
  return ["busybox", "ping", "-c", "1", "-W", "5", address];
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "network-node-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
