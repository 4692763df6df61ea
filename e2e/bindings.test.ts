/** Guests behind each binding, from a manifest to an answer, both ways, and after a death of Peapod's. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bridgeOverSentence, VirtualMachineInstance } from "@peapod/api";
import { bridgedNetwork, macvlanNetwork } from "./attachments.ts";
import { addressOf, answerOf, eventually, guestImage, root, startPeapod } from "./harness.ts";
import { createUnderlay } from "./underlay.ts";

const cirros = "quay.io/kubevirt/cirros-container-disk-demo";

/** The demo's machine with another interface. */
function machine(name: string, nic: string, network?: string): string {
  const metadata = network === undefined ? "" : `annotations: { v1.multus-cni.io/default-network: ${network} }\n      `;
  return readFileSync(join(root, "examples/vm-cirros.yaml"), "utf8")
    .replaceAll("vm-cirros", name)
    .replace("    metadata:\n      ", `    metadata:\n      ${metadata}`)
    .replace("masquerade: {}", nic);
}

test("a passt machine answers on the pod's address, and again after its passt died", async (t) => {
  const peapod = await startPeapod(t, { images: { [cirros]: await guestImage() } });
  await peapod.apply(machine("vm-passt", "passt: {}"));
  const address = await addressOf(peapod, "vm-passt");
  assert.match(await answerOf(address), /vm-passt/);
  peapod.kill("agent", "control-plane");
  assert.match(await answerOf(address), /vm-passt/);
  process.kill(passtPid(), "SIGKILL");
  await peapod.up();
  assert.match(await answerOf(address), /vm-passt/);
  const before = passtPid();
  process.kill(before, "SIGKILL");
  await eventually("another passt speaks for the guest", async () => passtPid() !== before || undefined);
  assert.match(await answerOf(address), /vm-passt/);
});

test("a machine on macvlan speaks to the LAN by passt and by macvtap, and keeps to the address of its pod", async (t) => {
  await using lan = await createUnderlay({ addresses: ["10.7.0.1/24"] });
  const host = await lan.addHost("lanhost", ["10.7.0.9/24"]);
  const peapod = await startPeapod(t, { images: { [cirros]: await guestImage() } });
  await peapod.apply(macvlan);
  await peapod.apply(machine("vm-tap", "macvtap: {}", "default/lan"));
  await peapod.apply(machine("vm-passt", "passtBinding: {}", "default/lan"));
  for (const name of ["vm-tap", "vm-passt"]) {
    const address = await addressOf(peapod, name);
    assert.match(address, /^10\.7\.0\.[56]\d$/);
    await eventually(`${name} answers the LAN`, async () => (await host.get(`http://${address}/`))?.includes(name));
  }
  const [tap, passt] = [await addressOf(peapod, "vm-tap"), await addressOf(peapod, "vm-passt")];
  peapod.kill("agent", "control-plane");
  for (const address of [tap, passt]) assert.ok(await host.get(`http://${address}/`));
  assert.ok(await host.pings(tap));
  await peapod.up();
});

test("a machine with three NICs has each on its own bus, network and binding, IPv6 on the one whose network has it", async (t) => {
  await using lan = await createUnderlay({ addresses: ["10.7.0.1/24"] });
  const host = await lan.addHost("lanhost", ["10.7.0.9/24"]);
  const peapod = await startPeapod(t, { images: { [cirros]: await guestImage() } });
  await peapod.apply(macvlanNetwork()); // one default route is enough
  await peapod.apply(bridgedNetwork("dual", "testdual", ["10.9.0.0/24", "fd00:9::/64"], ["0.0.0.0/0", "::/0"]));
  await peapod.apply(bridgedNetwork("second", "testsecond", ["10.8.0.0/24"], []));
  const manifest = machine("vm-nics", "masquerade: {}", "default/dual")
    .replace(
      / {12}- name: default\n/,
      "            - { name: lan, macvtap: {} }\n            - { name: second, bridge: {} }\n$&",
    )
    .replace("pod: {}", "pod: { vmIPv6NetworkCIDR: 'fd10:0:2::/64' }")
    .replace(
      "networks:\n",
      "$&        - { name: lan, multus: { networkName: lan } }\n        - { name: second, multus: { networkName: second } }\n",
    )
    .replace("echo 'printed from cloud-init userdata'", tellNics);
  await peapod.apply(manifest);
  const client = await peapod.client();
  const interfaces = await eventually("every interface reports its address", async () => {
    const { status } = await client.get(VirtualMachineInstance, { namespace: "default", name: "vm-nics" });
    const all = status?.phase === "Running" ? (status.interfaces ?? []) : [];
    return all.length === 3 && all.every(({ ipAddress }) => ipAddress) ? all : undefined;
  });
  const addressOn = (name: string): string => interfaces.find((nic) => nic.name === name)?.ipAddress ?? "";
  assert.match(await answerOf(addressOn("default")), /vm-nics/);
  assert.match(await answerOf(addressOn("second")), /vm-nics/);
  await eventually("the LAN is answered", async () =>
    (await host.get(`http://${addressOn("lan")}/`))?.includes("vm-nics"),
  );
  const [primary] = interfaces;
  const ipv6 = primary?.ipAddresses?.find((address) => address.includes(":"));
  assert.match(await answerOf(`[${ipv6}]`), /vm-nics/);
  const macs = new Map(interfaces.map(({ name, mac }) => [name, mac]));
  const log = await eventually("the guest tells of its NICs", async () => {
    const text = await peapod.kubectl("logs", `--selector=vm.kubevirt.io/name=vm-nics`, "--tail=-1");
    return text.includes("nic eth2") ? text : undefined;
  });
  for (const [index, name] of ["lan", "second", "default"].entries()) {
    assert.match(log, new RegExp(`nic eth${index} 0000:0${index + 1}:00.0 ${macs.get(name)}`));
  }
});

test("a bridge over macvlan is refused by a condition and an Event where the network was not known before", async (t) => {
  await using _ = await createUnderlay({ addresses: ["10.7.0.1/24"] });
  const peapod = await startPeapod(t, { images: { [cirros]: await guestImage() } });
  await peapod.apply(machine("vm-bridge", "bridge: {}", "default/lan"));
  await peapod.apply(macvlan);
  const client = await peapod.client();
  const sentence = bridgeOverSentence("default", { kind: "macvlan", mode: "bridge" });
  await eventually("the instance says why it does not start", async () => {
    const vmi = await client.find(VirtualMachineInstance, { namespace: "default", name: "vm-bridge" });
    const condition = vmi?.status?.conditions?.find(({ type }) => type === "Synchronized");
    return condition?.status === "False" && condition.message?.includes(sentence) ? true : undefined;
  });
  const events = await peapod.kubectl("get", "events", "-o", "custom-columns=R:.reason,M:.message");
  assert.ok(
    events.split("\n").some((line) => line.startsWith("SyncFailed") && line.includes(sentence)),
    events,
  );
});

const tellNics =
  "for n in /sys/class/net/eth*; do echo nic $(basename $n) $(basename $(dirname $(readlink -f $n/device))) $(cat $n/address); done > /dev/console";

const macvlan = macvlanNetwork(["0.0.0.0/0"]);

function passtPid(): number {
  const [file] = globSync("/run/peapod/*/*/passt-eth0.pid");
  return file === undefined ? 0 : Number(readFileSync(file, "utf8"));
}
