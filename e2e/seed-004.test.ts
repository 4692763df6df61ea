/**
 * The guide to machines' networks among the seeds: its passt and bridge machines with their pools, and its table of modes, networks
 * and fixed addresses.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SpiderEndpoint, VirtualMachineInstance } from "@peapod/api";
import { answerOf, eventually, guestImage, type Peapod, root, startPeapod } from "./harness.ts";
import { answers, type Host } from "./host.ts";
import { quickMachine } from "./launchers.ts";
import { guestReference, machine } from "./machines.ts";
import { createSwitch } from "./ovs.ts";
import { centos, seedOr, withContainerDisk } from "./seeds.ts";
import { createUnderlay } from "./underlay.ts";

/** Several guests boot at once, without KVM and beside other tests. */
const bootMs = 300_000;

test("the guide's machines run as written, and keep their addresses", async (t) => {
  await using underlay = await createUnderlay({ addresses: ["10.7.120.11/16"], gateway: "10.7.0.1" });
  const gateway = await underlay.addHost("gw", ["10.7.0.1/16"]);
  await using ovs = await createSwitch("br1");
  const in30 = await ovs.addHost("in30", ["10.40.0.30/16"], 30);
  const in40 = await ovs.addHost("in40", ["10.41.0.1/16"], 40);
  const peapod = await startPeapod(t, { images: { [centos]: guestImage(), [guestReference]: guestImage() } });

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
    answers(gateway, "10.7.120.100", "passt-macvlan-spiderpool", bootMs),
  );
  await t.test("bridge over Open vSwitch: eth0 as annotated, the other NIC from its network's own pool", async () => {
    await answers(in30, "10.40.120.100", "bridge-ovs-spiderpool", bootMs);
    await answers(in40, "10.41.120.100", "bridge-ovs-spiderpool", bootMs);
  });
  await t.test("an endpoint carries the name of its machine", async () => {
    const endpoint = await (await peapod.client()).get(SpiderEndpoint, {
      namespace: "default",
      name: "passt-macvlan-spiderpool",
    });
    assert.equal(endpoint.status?.current.ips[0]?.ipv4, "10.7.120.100/16");
    assert.equal(endpoint.status?.ownerControllerType, "VirtualMachineInstance");
  });

  // Rows that the guide does not have, or has no machine for.
  for (const [name, network] of [
    ["masquerade-macvlan", "kube-system/macvlan-ens192"],
    ["masquerade-ovs", "kube-system/ovs-vlan40"],
  ] as const) {
    await peapod.apply(quickMachine(name, guestReference, { "v1.multus-cni.io/default-network": network }));
  }
  const lan = { networkName: "kube-system/macvlan-ens192", default: true };
  await peapod.apply(machineOn("macvtap-macvlan", { macvtap: {} }, { multus: lan }));
  await peapod.apply(machineOn("bridge-pod", { bridge: {} }, { pod: {} }));

  // Fixed addresses as the guide's table has them, and as they are here: docs/bindings.md has the rows with what else is said of them.
  const table: readonly Row[] = [
    { mode: "masquerade", cni: "the pod network", vm: "masquerade-calico", guide: "✗", from: "node" },
    { mode: "masquerade", cni: "macvlan", vm: "masquerade-macvlan", from: gateway },
    { mode: "masquerade", cni: "Open vSwitch", vm: "masquerade-ovs", from: in40 },
    { mode: "passt", cni: "macvlan", vm: "passt-macvlan-spiderpool", guide: "✓", from: gateway },
    { mode: "macvtap", cni: "macvlan", vm: "macvtap-macvlan", from: gateway },
    { mode: "bridge", cni: "Open vSwitch", vm: "bridge-ovs-spiderpool", guide: "✓", from: in30 },
    { mode: "bridge", cni: "the pod network", vm: "bridge-pod", from: "node" },
  ];
  const before = new Map<string, Placed>();
  for (const { vm } of table) before.set(vm, await placeOf(peapod, vm));
  await peapod.kubectl("delete", "vmi", "--timeout=180s", ...table.map(({ vm }) => vm));
  for (const { mode, cni, vm, guide, from } of table) {
    const said = guide === undefined ? "not in the guide's table" : `the guide: ${guide}`;
    await t.test(`${mode} over ${cni}: addresses and MACs stay (${said})`, async () => {
      const now = await eventually(`vmi/${vm} is a new one`, async () => {
        const placed = await placeOf(peapod, vm);
        return placed.uid === before.get(vm)?.uid ? undefined : placed;
      });
      assert.deepEqual({ ...now, uid: "" }, { ...before.get(vm), uid: "" });
      const [address = ""] = now.addresses;
      if (from === "node") await answerOf(address);
      else await eventually(`${from.name} is answered`, () => from.get(`http://${address}/`), bootMs);
    });
  }
});

function machineOn(name: string, binding: object, network: object): string {
  return machine(name, {
    spec: { networks: [{ name: "default", ...network }] },
    domain: { devices: { interfaces: [{ name: "default", ...binding }] } },
  });
}

interface Row {
  readonly mode: string;
  readonly cni: string;
  readonly vm: string;
  /** Whether addresses stay according to the guide; absent: it does not say. */
  readonly guide?: string;
  readonly from: Host | "node";
}

interface Placed {
  readonly uid: string;
  readonly addresses: readonly string[];
  readonly macs: readonly (string | undefined)[];
}

/** Where a machine is, once it runs and all its interfaces have addresses. */
async function placeOf(peapod: Peapod, name: string): Promise<Placed> {
  return eventually(
    `vmi/${name} has addresses`,
    async () => {
      const vmi = await (await peapod.client()).find(VirtualMachineInstance, { namespace: "default", name });
      const interfaces = vmi?.status?.interfaces ?? [];
      const addresses = interfaces.flatMap(({ ipAddresses = [] }) => ipAddresses);
      const isComplete = interfaces.length > 0 && interfaces.every(({ ipAddress }) => ipAddress);
      if (vmi?.status?.phase !== "Running" || !isComplete) return undefined;
      return { uid: vmi.metadata.uid ?? "", addresses, macs: interfaces.map(({ mac }) => mac) };
    },
    bootMs,
  );
}
