/** Interfaces of underlay networks and switches that lose them have them again, as far as the kernel lets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { macvlanNetwork, networkAttachment } from "./attachments.ts";
import { addressOf, eventually, guestImage, startPeapod } from "./harness.ts";
import { ip } from "./host.ts";
import { lifeOf, restored, sandboxOf, single, troubled, untroubled } from "./losses.ts";
import { guestReference } from "./machines.ts";
import { createSwitch } from "./ovs.ts";
import { createUnderlay } from "./underlay.ts";

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

/** Its addresses are given out one after the other, the next one each time. */
const macvlan = macvlanNetwork(["0.0.0.0/0"]);

const vlan30 = networkAttachment("vlan30", {
  type: "ovs",
  bridge: "br1",
  vlan: 30,
  ipam: {
    type: "host-local",
    dataDir: "/run/peapod-test-lost",
    ranges: [[{ subnet: "10.30.0.0/24", rangeStart: "10.30.0.50" }]],
  },
});
