/**
 * The guide to machines' networks among the seeds: its passt and bridge machines with their pools, and its table of modes, networks
 * and fixed addresses.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SpiderEndpoint, VirtualMachineInstance } from "@peapod/api";
import { eventually, guestImage, type Peapod, root, startPeapod } from "./harness.ts";
import type { Host } from "./host.ts";
import { createSwitch } from "./ovs.ts";
import { centos, seedOr, withContainerDisk } from "./seeds.ts";
import { createUnderlay } from "./underlay.ts";

test("the guide's machines run as written, and keep their addresses", async (t) => {
  await using lan = await createUnderlay({ addresses: ["10.7.120.11/16"], gateway: "10.7.0.1" });
  const gateway = await lan.addHost("gw", ["10.7.0.1/16"]);
  await using ovs = await createSwitch("br1");
  const in30 = await ovs.addHost("in30", ["10.40.0.30/16"], 30);
  const in40 = await ovs.addHost("in40", ["10.41.0.1/16"], 40);
  const peapod = await startPeapod(t, { images: { [centos]: guestImage() } });

  // The pool names a host where its network belongs, and a VLAN that pools no longer have.
  await peapod.apply(seedOr("seed-004/pool.yaml", "004-spiderippool-10-7-v4.yaml"));
  const multus = seedOr("seed-004/multus-config.yaml", "004-spidermultusconfig-macvlan-ens192.yaml");
  await peapod.apply(multus);
  await peapod.apply(multus.replace("namespace: kube-system", "namespace: default")); // where the machine looks for it
  await peapod.apply(readFileSync(join(root, "examples/seed-004/ovs.yaml"), "utf8"));

  await peapod.apply(
    withContainerDisk(seedOr("seed-004/passt.yaml", "004-virtualmachine-passt-macvlan-spiderpool.yaml")),
  );
  await peapod.apply(
    withContainerDisk(seedOr("seed-004/bridge.yaml", "004-virtualmachine-bridge-ovs-spiderpool.yaml")),
  );
  await peapod.apply(
    withContainerDisk(seedOr("vm-masquerade-seed004.yaml", "004-virtualmachine-masquerade-calico.yaml")),
  );

  await t.test("passt over macvlan: the address is of the pool, and the LAN reaches it", () =>
    answers(gateway, "10.7.120.100", "passt-macvlan-spiderpool"),
  );
  await t.test("bridge over Open vSwitch: eth0 as annotated, the other NIC from its network's own pool", async () => {
    await answers(in30, "10.40.120.100", "bridge-ovs-spiderpool");
    await answers(in40, "10.41.120.100", "bridge-ovs-spiderpool");
  });
  await t.test("an endpoint carries the name of its machine", async () => {
    const endpoint = await (await peapod.client()).get(SpiderEndpoint, {
      namespace: "default",
      name: "passt-macvlan-spiderpool",
    });
    assert.equal(endpoint.status?.current.ips[0]?.ipv4, "10.7.120.100/16");
    assert.equal(endpoint.status?.ownerControllerType, "VirtualMachineInstance");
  });

  // Fixed addresses as the guide's table has them, and as they are here: docs/bindings.md has all rows.
  const table = [
    { mode: "masquerade", vm: "masquerade-calico", guide: "✗", here: "✓" },
    { mode: "passt", vm: "passt-macvlan-spiderpool", guide: "✓", here: "✓" },
    { mode: "bridge", vm: "bridge-ovs-spiderpool", guide: "✓", here: "✓" },
  ];
  for (const { mode, vm, guide, here } of table) {
    await t.test(`${mode}: a fixed address ${here} (the guide: ${guide})`, () => staysFixed(peapod, vm));
  }
});

/** Its addresses are the same after its VMI was deleted. */
async function staysFixed(peapod: Peapod, name: string): Promise<void> {
  const before = await addressesOf(peapod, name);
  await peapod.kubectl("delete", "vmi", name, "--timeout=120s");
  await eventually(`vmi/${name} is a new one with the same addresses`, async () => {
    const now = await addressesOf(peapod, name);
    return (now.uid !== before.uid && now.addresses === before.addresses) || undefined;
  });
}

async function addressesOf(
  peapod: Peapod,
  name: string,
): Promise<{ readonly uid: string; readonly addresses: string }> {
  return eventually(`vmi/${name} has addresses`, async () => {
    const vmi = await (await peapod.client()).find(VirtualMachineInstance, { namespace: "default", name });
    const all = vmi?.status?.interfaces?.map(({ ipAddresses }) => ipAddresses?.join(" ")) ?? [];
    const isComplete = vmi?.status?.phase === "Running" && all.length > 0 && all.every(Boolean);
    return isComplete ? { uid: vmi.metadata.uid ?? "", addresses: all.join(" | ") } : undefined;
  });
}

async function answers(host: Host, address: string, name: string): Promise<void> {
  await eventually(`${name} answers ${host.name} at ${address}`, async () =>
    (await host.get(`http://${address}/`))?.includes(name),
  );
}
