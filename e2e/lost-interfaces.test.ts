/** Interfaces of the pod network and of bridges that lose their network have it again, with the same address and without another boot. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hostLinkName, hostNames } from "@peapod/network";
import { networkAttachment } from "./attachments.ts";
import { addressOf, answerOf, eventually, execute, guestImage, type Peapod, startPeapod } from "./harness.ts";
import { ip } from "./host.ts";
import { lifeOf, restored, sandboxOf, single, troubled, untroubled } from "./losses.ts";
import { guestReference } from "./machines.ts";

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

const clusterIp = "10.96.7.1";
const service = `${JSON.stringify({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "default" },
  spec: { clusterIP: clusterIp, selector: { "vm.kubevirt.io/name": "vm-bridge" }, ports: [{ port: 80 }] },
})}\n`;

const onBridge = networkAttachment("on-br0", {
  type: "bridge",
  bridge: "br0",
  hairpinMode: true,
  ipam: {
    type: "host-local",
    dataDir: "/run/peapod-test-lost",
    ranges: [[{ subnet: "10.8.0.0/24", rangeStart: "10.8.0.50" }]],
  },
});
