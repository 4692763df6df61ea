/** Guests behind each binding, from a manifest to an answer, both ways, and after a death of Peapod's. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
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

/** Addresses by a plugin of the distribution. */
const macvlan = `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: { name: lan, namespace: default }
spec:
  config: |
    { "cniVersion": "1.0.0", "name": "lan", "type": "macvlan", "master": "ens192", "mode": "bridge",
      "ipam": { "type": "host-local", "dataDir": "/run/peapod-test-lan", "routes": [{ "dst": "0.0.0.0/0" }],
        "ranges": [[{ "subnet": "10.7.0.0/24", "rangeStart": "10.7.0.50", "rangeEnd": "10.7.0.69" }]] } }
`;

function passtPid(): number {
  const [file] = globSync("/run/peapod/*/*/passt-eth0.pid");
  return file === undefined ? 0 : Number(readFileSync(file, "utf8"));
}
