/**
 * What the first seed document does: a machine with an address of the LAN by passt over macvlan, and one with a NIC in each of two
 * VLANs; their addresses stay through everything that is done to them there, and through more.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SpiderEndpoint, SpiderIPPool, VirtualMachineInstance } from "@peapod/api";
import { eventually, guestImage, type Peapod, root, startPeapod } from "./harness.ts";
import { answers } from "./host.ts";
import { createSwitch } from "./ovs.ts";
import { centos, cirros, seedOr, withRoom } from "./seeds.ts";
import { createUnderlay } from "./underlay.ts";

test("passt over macvlan: the machine is on the LAN, and its address stays", async (t) => {
  await using lan = await createUnderlay({ addresses: ["10.6.168.11/16"], gateway: "10.6.0.1" });
  await lan.addHost("gw", ["10.6.0.1/16"]);
  const neighbour = await lan.addHost("neighbour", ["10.6.168.12/16"]);
  const peapod = await startPeapod(t, { images: { [cirros]: guestImage() } });
  await peapod.apply("examples/underlay-macvlan.yaml");
  await peapod.apply(withRoom(seedOr("vm-passt-macvlan.yaml", "000-passt-macvlan-cirros.yaml")));
  const address = "10.6.168.101";
  await answers(neighbour, address, "vm-cirros");
  assert.match(
    await peapod.kubectl("get", "spiderippool"),
    /^NAME +VERSION +SUBNET +ALLOCATED-IP-COUNT +TOTAL-IP-COUNT +DEFAULT *\ntest-ippool +4 +10\.6\.0\.0\/16 +1 +10 +false *$/m,
  );
  const mac = await macOf(peapod, "vm-cirros");

  await t.test("kubectl delete pod", async () => {
    const before = await uidOf(peapod, "vm-cirros");
    await peapod.kubectl("delete", "pod", "-l", "vm.kubevirt.io/name=vm-cirros", "--timeout=90s");
    await anotherThan(peapod, "vm-cirros", before);
    await answers(neighbour, address, "vm-cirros");
  });

  await t.test("kubectl delete vmi", async () => {
    const before = await uidOf(peapod, "vm-cirros");
    await peapod.kubectl("delete", "vmi", "vm-cirros", "--timeout=90s");
    await anotherThan(peapod, "vm-cirros", before);
    await answers(neighbour, address, "vm-cirros");
  });

  await t.test("kill -9 of all of Peapod, and stop and start", async () => {
    peapod.kill("control-plane", "agent");
    await answers(neighbour, address, "vm-cirros");
    await peapod.up();
    await peapod.virtctl("stop", "vm-cirros");
    await eventually("vm-cirros is stopped", async () => (await statusOf(peapod)).trim() === "Stopped" || undefined);
    assert.equal(await heldBy(peapod, "test-ippool"), 1);
    await peapod.virtctl("start", "vm-cirros");
    await answers(neighbour, address, "vm-cirros");
  });

  assert.equal(await macOf(peapod, "vm-cirros"), mac);
  await peapod.kubectl("delete", "vm", "vm-cirros", "--timeout=90s");
  await eventually("the address is free again", async () => (await heldBy(peapod, "test-ippool")) === 0 || undefined);
});

test("two NICs over Open vSwitch: each in its VLAN, the first with the default route", async (t) => {
  await using ovs = await createSwitch("br1");
  const in30 = await ovs.addHost("in30", ["10.30.0.1/16", "fd00:30::1/64"], 30);
  const in40 = await ovs.addHost("in40", ["10.40.0.1/16", "fd00:40::1/64"], 40);
  const peapod = await startPeapod(t, { images: { [centos]: guestImage() } });
  await peapod.apply(readFileSync(join(root, "examples/ovs-vlans.yaml"), "utf8"));
  await peapod.apply(seedOr("vm-two-nics-ovs.yaml", "000-bridge-ovs-centos-two-nics.yaml"));
  await answers(in30, "10.30.120.100", "vm-centos");
  await answers(in40, "10.40.120.100", "vm-centos");
  assert.equal(await in40.get("http://10.30.120.100/"), undefined, "nothing leads from one VLAN into the other");
  await t.test("status names both interfaces with the addresses that the guest has", async () => {
    const wanted = "ovs-bridge1 10.30.120.100, ovs-bridge2 10.40.120.100";
    await eventually(wanted, async () => {
      const interfaces = (await vmiOf(peapod, "vm-centos"))?.status?.interfaces ?? [];
      return interfaces.map(({ name, ipAddress }) => `${name} ${ipAddress}`).join(", ") === wanted || undefined;
    });
  });
  await t.test(
    "the endpoint has both families of both, whether the guest asks for IPv6 or, as here, does not",
    async () => {
      const endpoint = await (await peapod.client()).get(SpiderEndpoint, { namespace: "default", name: "vm-centos" });
      assert.deepEqual(
        endpoint.status?.current.ips.map(({ ipv4, ipv6 }) => `${ipv4} ${ipv6}`),
        ["10.30.120.100/16 fd00:30::100/64", "10.40.120.100/16 fd00:40::100/64"],
      );
    },
  );
  await t.test("deleting its VMI changes none of it", async () => {
    const before = await uidOf(peapod, "vm-centos");
    await peapod.kubectl("delete", "vmi", "vm-centos", "--timeout=90s");
    await anotherThan(peapod, "vm-centos", before);
    await answers(in30, "10.30.120.100", "vm-centos");
    await answers(in40, "10.40.120.100", "vm-centos");
  });
});

async function vmiOf(peapod: Peapod, name: string): Promise<VirtualMachineInstance | undefined> {
  return (await peapod.client()).find(VirtualMachineInstance, { namespace: "default", name });
}

async function uidOf(peapod: Peapod, name: string): Promise<string | undefined> {
  return (await vmiOf(peapod, name))?.metadata.uid;
}

/** Until the VMI of before is gone and its successor runs. */
async function anotherThan(peapod: Peapod, name: string, uid: string | undefined): Promise<void> {
  await eventually(`vmi/${name} is a new one, and runs`, async () => {
    const vmi = await vmiOf(peapod, name);
    return (vmi !== undefined && vmi.metadata.uid !== uid && vmi.status?.phase === "Running") || undefined;
  });
}

async function macOf(peapod: Peapod, name: string): Promise<string | undefined> {
  return (await vmiOf(peapod, name))?.status?.interfaces?.[0]?.mac;
}

async function statusOf(peapod: Peapod): Promise<string> {
  return peapod.kubectl("get", "vm", "vm-cirros", "-o", "jsonpath={.status.printableStatus}");
}

async function heldBy(peapod: Peapod, pool: string): Promise<number | undefined> {
  return (await (await peapod.client()).get(SpiderIPPool, { name: pool })).status?.allocatedIPCount;
}
