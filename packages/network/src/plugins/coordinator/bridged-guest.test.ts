import assert from "node:assert/strict";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { run } from "@peapod/machinery/node";
import { ensureBinding, removeBinding } from "../../binding/ensure.ts";
import { type FakeGuest, startFakeGuest } from "../../testing/fake-guest.ts";
import { optionsOf, ping, request, temporaryFolder, wire } from "../../testing/guest-world.ts";
import { startOpenVswitch } from "../../testing/open-vswitch.ts";
import { isInOwnNamespaces } from "../../testing/own-namespaces.ts";
import { planBridged } from "../../testing/plan-bridged.ts";
import { openTestNode, type TestPod } from "../../testing/test-node.ts";

if (isInOwnNamespaces(import.meta.url)) {
  test("a guest bridged to two VLANs of Open vSwitch is told one default gateway, the first network's", async (t) => {
    await using world = await makeWorld(t);
    const [first, second] = await world.start({});
    assert.equal(first?.said["ip"], "10.30.0.10");
    assert.match(first?.said["staticroutes"] ?? "", /0\.0\.0\.0\/0 10\.30\.0\.1/);
    assert.equal(second?.said["ip"], "10.40.0.10");
    assert.doesNotMatch(second?.said["staticroutes"] ?? "", /0\.0\.0\.0\/0/);
    assert.equal(second?.said["router"], undefined);
    await first?.guest.run(...ping("10.30.0.1"));
    await second?.guest.run(...ping("10.40.0.1"));
    await world.host("lan30", ...ping("10.30.0.10"));
    await world.host("lan40", ...ping("10.40.0.10"));
    await assert.rejects(first?.guest.run("busybox", "ping", "-c", "1", "-W", "1", "10.40.0.1") ?? Promise.resolve());
  });

  test("a bridged guest is reached by its node over the wire", async (t) => {
    await using world = await makeWorld(t);
    await world.joinNode(30);
    const [first, second] = await world.start(bridged);
    await run(ping("10.30.0.10"));
    await first?.guest.run(...ping("10.30.0.2"));
    // What goes through the node goes there over the wire: nothing else of the guest's ends at its node.
    assert.match(first?.said["staticroutes"] ?? "", /10\.96\.0\.0\/12 10\.30\.0\.2/);
    assert.doesNotMatch(first?.said["staticroutes"] ?? "", /169\.254\.0\.0/);
    assert.doesNotMatch(second?.said["staticroutes"] ?? "", /10\.96\./);
    await run("ip address add 10.96.0.10/32 dev mgmt30".split(" "));
    await first?.guest.run(...ping("10.96.0.10"));
  });

  test("a bridged guest asks its node by the interface that the node is a neighbour on", async (t) => {
    await using world = await makeWorld(t);
    await world.joinNode(40);
    const [first, second] = await world.start(bridged);
    assert.doesNotMatch(first?.said["staticroutes"] ?? "", /10\.96\./);
    assert.match(second?.said["staticroutes"] ?? "", /10\.96\.0\.0\/12 10\.40\.0\.2/);
  });

  test("a bridged guest whose networks its node is not on is told no way through it", async (t) => {
    await using world = await makeWorld(t);
    for (const { said } of await world.start(bridged)) assert.doesNotMatch(said["staticroutes"] ?? "", /10\.96\./);
  });

  test("a guest bridged to two VLANs is told the default gateway of the network that its pod chooses", async (t) => {
    await using world = await makeWorld(t);
    const [first, second] = await world.start({ "ipam.spidernet.io/default-route-nic": "net1" });
    assert.doesNotMatch(first?.said["staticroutes"] ?? "", /0\.0\.0\.0\/0/);
    assert.equal(first?.said["router"], undefined);
    assert.match(second?.said["staticroutes"] ?? "", /0\.0\.0\.0\/0 10\.40\.0\.1/);
  });
}

const bridged = { "network.peapod.io/bridged-interfaces": "eth0,pod37a8eec1ce1" };

interface Started {
  readonly guest: FakeGuest;
  /** What DHCP told it. */
  readonly said: Readonly<Record<string, string>>;
}

/** A switch with a host on each of two VLANs. */
async function makeWorld(t: TestContext) {
  await using undo = new AsyncDisposableStack();
  const folder = temporaryFolder(t);
  const ovs = undo.use(await startOpenVswitch(join(folder, "ovs")));
  await ovs.vsctl("add-br", "br1", "--", "set", "bridge", "br1", "datapath_type=netdev");
  for (const vlan of [30, 40]) {
    for (const line of [
      `netns add lan${vlan}`,
      `link add up${vlan} type veth peer name eth0 netns lan${vlan}`,
      `-n lan${vlan} address add 10.${vlan}.0.1/24 dev eth0`,
      `-n lan${vlan} link set eth0 up`,
      `link set up${vlan} up`,
    ]) {
      await run(["ip", ...line.split(" ")]);
    }
    undo.defer(async () => void (await run(["ip", "netns", "delete", `lan${vlan}`])));
    await ovs.vsctl("add-port", "br1", `up${vlan}`, `tag=${vlan}`);
  }
  const nads = [30, 40].map((vlan) => {
    const ipam = { type: "spiderpool", default_ipv4_ippool: [`vlan${vlan}`] };
    const coordinator = { type: "coordinator", hijackCIDR: ["10.96.0.0/12", "169.254.0.0/16"] };
    const plugins = [{ vlan, type: "ovs", bridge: "br1", socket_file: ovs.socket, ipam }, coordinator];
    const config = JSON.stringify({ cniVersion: "0.3.1", plugins });
    return { metadata: { namespace: "kube-system", name: `ovs-vlan${vlan}` }, spec: { config } };
  });
  let annotations: Record<string, string> = {};
  const cluster = { annotationsOf: async () => annotations };
  const node = undo.use(await openTestNode({ folder, nads, cluster }));
  await run("ip address add 192.0.2.1/32 dev lo".split(" ")).catch(() => {}); // there from the test before
  for (const vlan of [30, 40]) {
    const [subnet, gateway] = [`10.${vlan}.0.0/24`, `10.${vlan}.0.1`];
    await node.network.ipam.putPool({ name: `vlan${vlan}`, subnet, gateway, ips: [`10.${vlan}.0.10`] });
  }
  let pod: TestPod | undefined;
  undo.defer(async () => pod?.remove());
  const guests = undo.use(new AsyncDisposableStack());
  const start = async (extra: Record<string, string>): Promise<readonly Started[]> => {
    annotations = {
      "v1.multus-cni.io/default-network": "ovs-vlan30",
      "k8s.v1.cni.cncf.io/networks": "kube-system/ovs-vlan40@pod37a8eec1ce1",
      ...extra,
    };
    const made = await node.addPod("web", { annotations });
    pod = made;
    const started: Started[] = [];
    for (const index of [0, 1]) {
      const plan = planBridged(await request(made, { bridge: {} }, index));
      const { mac } = await ensureBinding(plan, optionsOf(made));
      guests.defer(() => removeBinding(plan, optionsOf(made)));
      const place = wire(made, plan, join(folder, `guest${index}`));
      const guest = guests.use(await startFakeGuest({ ...place, name: `guest${index}`, mac }));
      started.push({ guest, said: await guest.dhcp() });
    }
    return started;
  };
  const all = undo.move();
  const joinNode = async (vlan: number): Promise<void> => {
    const port = `mgmt${vlan}`;
    await ovs.vsctl("add-port", "br1", port, `tag=${vlan}`, "--", "set", "interface", port, "type=internal");
    all.defer(async () => void (await ovs.vsctl("del-port", "br1", port)));
    await run(["ip", "address", "add", `10.${vlan}.0.2/24`, "dev", port]);
    await run(["ip", "link", "set", port, "up"]);
  };
  return {
    start,
    /** Gives the node an address on a VLAN: 10.*vlan*.0.2. */
    joinNode,
    host: (name: string, ...argv: string[]) => run(["ip", "netns", "exec", name, ...argv], { timeoutMs: 30_000 }),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
