/** Interfaces of running guests that lose their network have it again, with the same address and without another boot. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { Event, type Interface, type Network, VirtualMachineInstance } from "@peapod/api";
import { hostLinkName, hostNames } from "@peapod/network";
import { addressOf, answerOf, eventually, execute, guestImage, type Peapod, startPeapod } from "./harness.ts";
import { ip } from "./host.ts";
import { consoleOf, guestReference, machine } from "./machines.ts";
import { createSwitch } from "./ovs.ts";
import { createUnderlay } from "./underlay.ts";

test("guests of the pod network are back after the node's end of their pods went, or parts of the pod", async (t) => {
  const peapod = await startPeapod(t, { images: { [guestReference]: guestImage() } });
  const wanted = [
    { name: "vm-masquerade", nic: { masquerade: {} }, parts: ["eth0", "tap0", "k6t-eth0"] },
    { name: "vm-bridge", nic: { bridge: {} }, parts: ["eth0-nic", "tap0", "k6t-eth0", "eth0"] },
  ];
  for (const { name, nic } of wanted) await peapod.apply(single(name, nic));
  for (const { name } of wanted) await answersByName(await addressOf(peapod, name), name);
  await peapod.apply(service);
  assert.match(await answerOf(clusterIp), /vm-bridge/);
  await makeBridge();
  t.after(() => execute("ip", ["link", "delete", "br0"]));
  await peapod.apply(onBridge);
  await peapod.apply(single("vm-lan", { bridge: {} }, "default/on-br0"));
  for (const { name, parts } of wanted) {
    const address = await addressOf(peapod, name);
    const before = await lifeOf(peapod, name);
    const { netns } = sandboxOf(peapod, name);
    await ip("link", "delete", portOf(peapod, name));
    await restored(peapod, name, 1);
    assert.match(await answerOf(address), new RegExp(name), "the node's end of the pair");
    for (const [index, part] of parts.entries()) {
      await ip("-n", netns, "link", "delete", part);
      await restored(peapod, name, index + 2);
      assert.match(await answerOf(address), new RegExp(name), part);
    }
    assert.deepEqual(await lifeOf(peapod, name), before);
    assert.equal(await addressOf(peapod, name), address);
  }

  await t.test("a port that was set down or taken off its bridge carries frames again", async () => {
    const [address, lan] = [await addressOf(peapod, "vm-masquerade"), await addressOf(peapod, "vm-lan")];
    await answersByName(lan, "vm-lan");
    const before = await lifeOf(peapod, "vm-lan");
    await ip("link", "set", portOf(peapod, "vm-masquerade"), "down");
    await ip("link", "set", portOf(peapod, "vm-lan"), "nomaster");
    await restored(peapod, "vm-masquerade", 5);
    assert.match(await answerOf(address), /vm-masquerade/);
    await restored(peapod, "vm-lan", 1);
    assert.match(await answerOf(lan), /vm-lan/);
    const port = await ip("-details", "link", "show", portOf(peapod, "vm-lan"));
    assert.match(port, / hairpin on /, "as its plugin made it");

    await ip("link", "set", "br0", "down");
    await troubled(peapod, "vm-lan", /its bridge "br0" is down on this node/);
    await ip("link", "delete", "br0");
    await troubled(peapod, "vm-lan", /its bridge "br0" is not on this node/);
    assert.match((await peapod.peapod("why", "vm-lan")).stdout, /lost its network\n.*bridge "br0" is not on this node/);
    await makeBridge();
    await restored(peapod, "vm-lan", 2);
    assert.match(await answerOf(lan), /vm-lan/);
    await untroubled(peapod, "vm-lan");
    assert.deepEqual(await lifeOf(peapod, "vm-lan"), before);
  });

  await t.test("the pods' bridge is there again, with all that leads over it", async () => {
    const before = await lifeOf(peapod, "vm-bridge");
    await ip("link", "delete", hostNames(sandboxOf(peapod, "vm-bridge").instance).bridge);
    await restored(peapod, "vm-masquerade", 6);
    await restored(peapod, "vm-bridge", 6);
    for (const { name } of wanted) assert.match(await answerOf(await addressOf(peapod, name)), new RegExp(name));
    assert.deepEqual(await lifeOf(peapod, "vm-bridge"), before);
    assert.match(await answerOf(clusterIp), /vm-bridge/);
  });

  await t.test("what went while there was no agent as well", async () => {
    const address = await addressOf(peapod, "vm-bridge");
    const { netns } = sandboxOf(peapod, "vm-bridge");
    const before = await lifeOf(peapod, "vm-bridge");
    peapod.kill("agent", "control-plane");
    await ip("link", "delete", portOf(peapod, "vm-bridge"));
    await ip("-n", netns, "link", "delete", "tap0");
    await peapod.up();
    assert.match(await answerOf(address), /vm-bridge/);
    assert.deepEqual(await lifeOf(peapod, "vm-bridge"), before);
  });
});

test("guests on macvlan say that their parent is gone, and are back with it; those on macvtap have to be restarted", async (t) => {
  await using lan = await createUnderlay({ addresses: ["10.7.0.1/24"] });
  const host = await lan.addHost("lanhost", ["10.7.0.9/24"]);
  const peapod = await startPeapod(t, { images: { [guestReference]: guestImage() } });
  await peapod.apply(macvlan);
  await peapod.apply(single("vm-passt", { passt: {} }, "default/lan"));
  await peapod.apply(single("vm-tap", { macvtap: {} }, "default/lan"));
  const [passt, tap] = [await addressOf(peapod, "vm-passt"), await addressOf(peapod, "vm-tap")];
  // passt tells its guest no name to answer with.
  const answers = (address: string, name: string) =>
    eventually(`${name} answers the LAN`, () => host.get(`http://${address}/`));
  await answers(passt, "vm-passt");
  await answers(tap, "vm-tap");
  const before = await lifeOf(peapod, "vm-passt");

  await ip("-n", sandboxOf(peapod, "vm-passt").netns, "link", "delete", "eth0");
  await restored(peapod, "vm-passt", 1);
  await answers(passt, "vm-passt");

  await lan.unplug();
  await troubled(peapod, "vm-passt", /parent interface "ens192" is not on this node/);
  await troubled(peapod, "vm-tap", /restart the VM to give it a new one: virtctl restart vm-tap -n default/);
  await lan.plug();
  await restored(peapod, "vm-passt", 2);
  await answers(passt, "vm-passt");
  await untroubled(peapod, "vm-passt");
  assert.deepEqual(await lifeOf(peapod, "vm-passt"), before);

  const { uid } = await lifeOf(peapod, "vm-tap");
  await peapod.virtctl("restart", "vm-tap");
  await eventually("another guest", async () => (await lifeOf(peapod, "vm-tap")).uid !== uid || undefined);
  await answers(await addressOf(peapod, "vm-tap"), "vm-tap");
  await untroubled(peapod, "vm-tap");
});

test("a guest on Open vSwitch gets a port again that was taken out of the switch's database", async (t) => {
  await using ovs = await createSwitch("br1");
  const host = await ovs.addHost("in30", ["10.30.0.1/24"], 30);
  const peapod = await startPeapod(t, { images: { [guestReference]: guestImage() } });
  await peapod.apply(vlan30);
  await peapod.apply(single("vm-ovs", { bridge: {} }, "default/vlan30"));
  const address = await addressOf(peapod, "vm-ovs");
  const answers = () =>
    eventually("it answers", async () => (await host.get(`http://${address}/`))?.includes("vm-ovs"));
  await answers();
  const before = await lifeOf(peapod, "vm-ovs");
  const owner = "external_ids:owner=ovs-cni.network.kubevirt.io";
  const port = (await ovs.vsctl("--bare", "--columns=name", "find", "Port", owner)).trim();
  await ovs.vsctl("del-port", "br1", port);
  await restored(peapod, "vm-ovs", 1);
  await answers();
  assert.deepEqual(await lifeOf(peapod, "vm-ovs"), before);
});

function single(name: string, nic: Omit<Interface, "name">, networkName?: string): string {
  const network: Network =
    networkName === undefined
      ? { name: "default", pod: {} }
      : { name: "default", multus: { networkName, default: true } };
  return machine(name, {
    spec: { networks: [network] },
    domain: { devices: { interfaces: [{ name: "default", ...nic }] } },
  });
}

/** What is another after a boot: a machine, its QEMU, and what the guest has printed when it booted. */
async function lifeOf(peapod: Peapod, name: string) {
  const vmi = await (await peapod.client()).find(VirtualMachineInstance, { namespace: "default", name });
  const { runDir } = sandboxOf(peapod, name);
  // The last that it says when it boots.
  const log = await consoleOf(peapod, name, / login:/);
  const qemu = Number(readFileSync(join(runDir, "qemu.pid"), "utf8"));
  return { uid: vmi?.metadata.uid, qemu, boots: log.split(" login:").length - 1 };
}

/** While a guest boots it answers under the name that its image has. */
async function answersByName(address: string, name: string): Promise<void> {
  await eventually(`${name} answers`, async () => (await answerOf(address)).includes(name) || undefined);
}

/** A user's bridge, with the machine's address on the guests' network. */
async function makeBridge(): Promise<void> {
  await ip("link", "add", "br0", "type", "bridge");
  await ip("address", "add", "10.8.0.1/24", "dev", "br0");
  await ip("link", "set", "br0", "up");
}

/** The node's end of a machine's pair. */
function portOf(peapod: Peapod, name: string): string {
  const { instance, number } = sandboxOf(peapod, name);
  return hostLinkName(instance, number, 0);
}

function sandboxOf({ dataDir }: Peapod, name: string) {
  for (const file of globSync(`${dataDir}/guests/*/sandbox.json`)) {
    const { vmiName, instance, number, netnsPath, runDir, state } = JSON.parse(readFileSync(file, "utf8"));
    if (vmiName === name && state === "standing") {
      return {
        instance: String(instance),
        number: Number(number),
        netns: netnsPath.slice(dirname(netnsPath).length + 1),
        runDir,
      };
    }
  }
  throw new Error(`there is no sandbox of ${name}`);
}

/** Waits until a machine's interfaces were mended so many times. */
async function restored(peapod: Peapod, name: string, times: number): Promise<void> {
  const client = await peapod.client();
  await eventually(`${name} is whole again (${times})`, async () => {
    const { items } = await client.list(Event, { namespace: "default" });
    const its = items.filter(
      ({ involvedObject, reason }) => involvedObject.name === name && reason === "InterfaceRestored",
    );
    return its.reduce((sum, { count = 1 }) => sum + count, 0) >= times || undefined;
  });
}

async function troubled(peapod: Peapod, name: string, sentence: RegExp): Promise<void> {
  await eventually(
    `${name} says ${sentence}`,
    async () => sentence.test((await troubleOf(peapod, name)) ?? "") || undefined,
  );
  const client = await peapod.client();
  // An Event is on its way while the condition is written.
  const said = await eventually(`an Event says ${sentence}`, async () => {
    const { items } = await client.list(Event, { namespace: "default" });
    const its = items.filter(
      ({ involvedObject, message = "" }) => involvedObject.name === name && sentence.test(message),
    );
    return its.length > 0 ? its : undefined;
  });
  assert.deepEqual(
    said.map(({ type, reason, count = 1 }) => [type, reason, count]),
    [["Warning", "InterfaceLost", 1]],
  );
}

async function untroubled(peapod: Peapod, name: string): Promise<void> {
  await eventually(`${name} says no more of it`, async () => (await troubleOf(peapod, name)) === undefined);
}

async function troubleOf(peapod: Peapod, name: string): Promise<string | undefined> {
  const vmi = await (await peapod.client()).find(VirtualMachineInstance, { namespace: "default", name });
  return vmi?.status?.conditions?.find(({ type, status }) => type === "Synchronized" && status === "False")?.message;
}

const clusterIp = "10.96.7.1";
const service = `${JSON.stringify({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "default" },
  spec: { clusterIP: clusterIp, selector: { "vm.kubevirt.io/name": "vm-bridge" }, ports: [{ port: 80 }] },
})}\n`;

/** Addresses by a plugin of the distribution, which gives out the next one each time. */
const macvlan = nad("lan", {
  type: "macvlan",
  master: "ens192",
  mode: "bridge",
  ipam: {
    type: "host-local",
    dataDir: "/run/peapod-test-lost",
    routes: [{ dst: "0.0.0.0/0" }],
    ranges: [[{ subnet: "10.7.0.0/24", rangeStart: "10.7.0.50", rangeEnd: "10.7.0.69" }]],
  },
});

const onBridge = nad("on-br0", {
  type: "bridge",
  bridge: "br0",
  hairpinMode: true,
  ipam: {
    type: "host-local",
    dataDir: "/run/peapod-test-lost",
    ranges: [[{ subnet: "10.8.0.0/24", rangeStart: "10.8.0.50" }]],
  },
});

const vlan30 = nad("vlan30", {
  type: "ovs",
  bridge: "br1",
  vlan: 30,
  ipam: {
    type: "host-local",
    dataDir: "/run/peapod-test-lost",
    ranges: [[{ subnet: "10.30.0.0/24", rangeStart: "10.30.0.50" }]],
  },
});

function nad(name: string, plugin: object): string {
  return `${JSON.stringify({
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { name, namespace: "default" },
    spec: { config: JSON.stringify({ cniVersion: "1.0.0", name, ...plugin }) },
  })}\n`;
}
