import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { run } from "@peapod/machinery/node";
import { inventory } from "../../host/inventory.ts";
import { startOpenVswitch, type TestSwitch } from "../../testing/open-vswitch.ts";
import { isInOwnNamespaces } from "../../testing/own-namespaces.ts";
import { openTestNode, type TestNode, type TestPod } from "../../testing/test-node.ts";
import { findClaim, renderProbe } from "../../wire/frames.ts";
import { openWire } from "../../wire/open-wire.ts";

const none = new AbortController().signal;

if (isInOwnNamespaces(import.meta.url)) {
  test("pods on access ports of one VLAN meet, those of another do not, and all is gone with them", async (t) => {
    await using world = await makeWorld(t);
    const [a, b, c] = [
      await world.addPod("a", "vlan30"),
      await world.addPod("b", "vlan30"),
      await world.addPod("c", "vlan40"),
    ];
    const port = await world.ovs.vsctl(
      "--columns=tag,vlan_mode,external_ids",
      "list",
      "Port",
      await portOf(world, "a"),
    );
    assert.match(port, /tag +: 30\n/);
    assert.match(port, /vlan_mode +: access/);
    assert.match(port, /contIface=eth0, contNetns="\/run\/netns\/ppabc123-1", contPodUid=uid-a, owner="?ovs-cni/);
    await a.run(...ping(addressOf(b)));
    await assert.rejects(a.run(...ping(addressOf(c))));
    for (const pod of [a, b, c]) await pod.remove();
    assert.equal(await world.ovs.vsctl("list-ports", "br1"), "");
    assert.deepEqual((await inventory("abc123")).links, []);
  });

  test("a trunk carries the VLANs that it lists, and no others", async (t) => {
    await using world = await makeWorld(t);
    const [in30, in40] = [await world.addPod("a", "vlan30"), await world.addPod("b", "vlan40")];
    const trunk = await world.addPod("trunk", "trunk");
    const answers = async (vlan: number, pod: TestPod): Promise<boolean> => {
      await using wire = await openWire(trunk.place.netnsPath, "eth0", none);
      const answered = new Promise<boolean>((resolve) =>
        wire.onReceived((received) => findClaim(received, addressOf(pod), wire.mac) && resolve(true)),
      );
      for (let n = 0; n < 10; n += 1) {
        wire.send([tagged(renderProbe(wire.mac, addressOf(pod)), vlan)]);
        const is = await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, 50, false))]);
        if (is) return true;
      }
      return false;
    };
    assert.equal(await answers(30, in30), true);
    assert.equal(await answers(40, in30), false);
    assert.equal(await answers(40, in40), false, "the trunk lists 30 and 100 to 102");
    const ports = await world.ovs.vsctl("get", "Port", await portOf(world, "trunk"), "trunks");
    assert.equal(ports, "[30, 100, 101, 102]");
  });

  test("TCP of a guest behind the port arrives whole: its checksums are filled in, its segments cut", async (t) => {
    await using world = await makeWorld(t);
    const [a, b] = [await world.addPod("a", "vlan30"), await world.addPod("b", "vlan30")];
    // As the bridge binding does, with a pair of links that leave work to cards like a guest's.
    for (const line of [
      `-n ${a.netns} address flush dev eth0`,
      "netns add guest",
      `-n ${a.netns} link add k6t type bridge`,
      `-n ${a.netns} link add tap0 type veth peer name eth0 netns guest`,
      `-n ${a.netns} link set tap0 master k6t up`,
      `-n ${a.netns} link set eth0 master k6t`,
      `-n ${a.netns} link set k6t up`,
      `-n guest address add ${a.interfaces[0]?.addresses[0]} dev eth0`,
      "-n guest link set eth0 up",
    ]) {
      await run(["ip", ...line.split(" ")]);
    }
    const server = b.run("socat", "-u", "TCP-LISTEN:7000,reuseaddr", "SYSTEM:wc -c");
    const send = `head -c 3000000 /dev/zero | socat -u - TCP:${addressOf(b)}:7000,retry=100,interval=0.05`;
    await run(["ip", "netns", "exec", "guest", "sh", "-c", send], { timeoutMs: 20_000 });
    assert.equal((await server).trim(), "3000000");
    await run(["ip", "netns", "delete", "guest"]);
  });

  test("a bridge that is not there and a switch that does not run are said, and nothing is left", async (t) => {
    await using world = await makeWorld(t);
    await assert.rejects(world.addPod("a", "nowhere"), /plugin "ovs" says: failed to find bridge br9 \(code 50\)/);
    await assert.rejects(
      world.addPod("b", "nobody"),
      /Cannot reach Open vSwitch on "\/nowhere\.sock": is it installed \(Debian: openvswitch-switch\) and running\?/,
    );
    assert.deepEqual((await inventory("abc123")).links, []);
    assert.deepEqual(world.node.network.ipam.list(), []);
  });

  test("a port whose link somebody took away is cleaned up by the next pod, and a pod goes without the switch", async (t) => {
    await using world = await makeWorld(t);
    const a = await world.addPod("a", "vlan30");
    const link = await portOf(world, "a");
    await run(["ip", "link", "delete", link]);
    const b = await world.addPod("b", "vlan30");
    assert.equal((await world.ovs.vsctl("list-ports", "br1")).split("\n").length, 1);
    await a.remove(); // DEL must not mind
    await world.ovs[Symbol.asyncDispose]();
    await b.remove();
    assert.deepEqual((await inventory("abc123")).links, []);
  });
}

interface World extends AsyncDisposable {
  readonly ovs: TestSwitch;
  readonly node: TestNode;
  readonly addPod: (name: string, network: string) => Promise<TestPod>;
}

async function makeWorld(t: TestContext): Promise<World> {
  await using undo = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "network-ovs-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const ovs = undo.use(await startOpenVswitch(join(folder, "ovs")));
  await ovs.vsctl("add-br", "br1", "--", "set", "bridge", "br1", "datapath_type=netdev");
  const nad = (name: string, port: object) => {
    const plugin = { type: "ovs", bridge: "br1", socket_file: ovs.socket, ...port, ipam: { type: "spiderpool" } };
    const config = { cniVersion: "0.3.1", plugins: [plugin] };
    return { metadata: { namespace: "kube-system", name }, spec: { config: JSON.stringify(config) } };
  };
  const nads = [
    nad("vlan30", { vlan: 30 }),
    nad("vlan40", { vlan: 40 }),
    nad("trunk", { vlan: 0, trunk: [{ minID: 100, maxID: 102 }, { id: 30 }] }),
    nad("nowhere", { bridge: "br9" }),
    nad("nobody", { socket_file: "unix:/nowhere.sock" }),
  ];
  const node = undo.use(await openTestNode({ folder, nads }));
  const netns: string[] = [];
  undo.defer(async () => {
    for (const name of netns) await run(["ip", "netns", "delete", name]).catch(() => {});
  });
  const all = undo.move();
  return {
    ovs,
    node,
    addPod: async (name, network) => {
      netns.push(`ppabc123-${netns.length + 1}`);
      return await node.addPod(name, { annotations: { "v1.multus-cni.io/default-network": network } });
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function portOf({ ovs }: World, pod: string): Promise<string> {
  const found = await ovs.vsctl("--bare", "--columns=name", "find", "Port", `external_ids:contPodUid=uid-${pod}`);
  assert.notEqual(found, "");
  return found;
}

function addressOf(pod: TestPod): string {
  return pod.interfaces[0]?.addresses[0]?.split("/")[0] ?? "";
}

/** 802.1Q behind the MACs. */
function tagged(frame: Uint8Array, vlan: number): Uint8Array {
  return Uint8Array.of(...frame.subarray(0, 12), 0x81, 0, vlan >> 8, vlan & 255, ...frame.subarray(12, -4));
}

function ping(address: string): string[] {
  return ["busybox", "ping", "-c", "1", "-W", "2", address];
}
