/**
 * One guest with a NIC of every model that this machine's QEMU has: its kernel has a driver for each, finds it where it should be, and
 * speaks through it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Interface } from "@peapod/api";
import { bridgedNetwork, macvlanNetwork } from "./attachments.ts";
import { answerOf, eventually, execute, guestImage, type Peapod, startPeapod } from "./harness.ts";
import { answers } from "./host.ts";
import { consoleOf, disk, guestReference, machine, rootDisk, vmiOf } from "./machines.ts";
import { createUnderlay } from "./underlay.ts";

interface Expected {
  readonly nic: Interface;
  /** The network's manifest; undefined: the pod's network. */
  readonly network?: string;
  /** As the guest's kernel calls it. */
  readonly driver: string;
  /** Where the guest finds it. */
  readonly pci: string;
  readonly mtu: number;
  /** Who answers pings on its network. */
  readonly neighbour: string;
}

const macvlan = macvlanNetwork();

/**
 * In the order of the spec. One that asks for an address of its own leaves its bus to the next; it asks for one behind more root ports
 * than there are windows of I/O ports for, which the older models need.
 */
const expected: readonly Expected[] = [
  {
    nic: { name: "default", masquerade: {}, model: "e1000", bootOrder: 2 },
    driver: "e1000",
    pci: "0000:01:00.0",
    mtu: 1500,
    neighbour: "10.0.2.1",
  },
  {
    nic: { name: "indexed", bridge: {}, model: "rtl8139", acpiIndex: 7 },
    network: bridgedNetwork("indexed", "testindexed", ["10.11.0.0/24"], []),
    driver: "8139cp",
    pci: "0000:02:00.0",
    mtu: 1500,
    neighbour: "10.11.0.1",
  },
  {
    nic: { name: "placed", bridge: {}, model: "virtio", pciAddress: "0000:12:00.0", tag: "backups" },
    network: bridgedNetwork("placed", "testplaced", ["10.12.0.0/24"], [], 1400),
    driver: "virtio_net",
    pci: "0000:12:00.0",
    mtu: 1400,
    neighbour: "10.12.0.1",
  },
  {
    nic: { name: "named", bridge: {}, model: "ne2k_pci", macAddress: "DE-AD-00-00-BE-AF" },
    network: bridgedNetwork("named", "testnamed", ["10.13.0.0/24"], [], 1400),
    driver: "ne2k-pci",
    pci: "0000:03:00.0",
    mtu: 1400,
    neighbour: "10.13.0.1",
  },
  {
    nic: { name: "spoken", passtBinding: {}, model: "pcnet", macAddress: "0200.0000.00ab" },
    network: bridgedNetwork("spoken", "testspoken", ["10.14.0.0/24"], []),
    driver: "pcnet32",
    pci: "0000:04:00.0",
    mtu: 1500,
    neighbour: "10.14.0.1",
  },
  {
    nic: { name: "lan", macvtap: {}, model: "e1000e" },
    network: macvlan,
    driver: "e1000e",
    pci: "0000:05:00.0",
    mtu: 1500,
    neighbour: "10.7.0.9",
  },
];

/** Known to QEMU since 8.0. */
const igb: Expected = {
  nic: { name: "late", bridge: {}, model: "igb" },
  network: bridgedNetwork("late", "testlate", ["10.15.0.0/24"], []),
  driver: "igb",
  pci: "0000:06:00.0",
  mtu: 1500,
  neighbour: "10.15.0.1",
};

test("a guest drives a NIC of every model, each at its address, on its network and binding", async (t) => {
  const hasIgb = (await execute("qemu-system-x86_64", ["-device", "help"])).stdout.includes('name "igb"');
  const wanted = hasIgb ? [...expected, igb] : expected;
  await using lan = await createUnderlay({ addresses: ["10.7.0.1/24"] });
  const host = await lan.addHost("lanhost", ["10.7.0.9/24"]);
  const peapod = await startPeapod(t, { images: { [guestReference]: guestImage() } });
  for (const { network } of [...expected, igb]) if (network !== undefined) await peapod.apply(network);
  await peapod.apply(machineWith("vm-models", wanted));
  if (!hasIgb) await peapod.apply(machineWith("vm-late", [igb]));
  const log = await consoleOf(peapod, "vm-models", /^told$/m);
  const { status } = await vmiOf(peapod, "vm-models");
  const statusOf = (name: string) => status?.interfaces?.find((nic) => nic.name === name);

  for (const { nic, driver, pci, mtu, neighbour } of wanted) {
    await t.test(`${nic.model}: driver, place, MAC, MTU and address, and traffic both ways`, async () => {
      const reported = statusOf(nic.name);
      const address = nic.masquerade ? "10.0.2.2" : reported?.ipAddress;
      const line = `nic ${pci} ${driver} ${reported?.mac} ${mtu} ${address}/24 ${neighbour} answered`;
      assert.ok(log.includes(`\n${line}\n`), `"${line}" in\n${log}`);
      if (nic.macvtap) await answers(host, reported?.ipAddress ?? "", "vm-models");
      else assert.match(await answerOf(reported?.ipAddress ?? ""), /vm-models/);
    });
  }

  await t.test("a MAC address is the manifest's, however it is written there", () => {
    assert.equal(statusOf("named")?.mac, "de:ad:00:00:be:af");
    assert.equal(statusOf("spoken")?.mac, "02:00:00:00:00:ab");
  });

  await t.test("firmware tells the ACPI index of the NIC that has one, and the boot order", () => {
    assert.deepEqual(log.match(/^index .*$/gm), ["index 0000:02:00.0 7"]);
    const order = [...log.matchAll(/^boot \S*\/(scsi|ethernet)@0\S*$/gm)].map(([, device]) => device);
    assert.deepEqual(order, ["scsi", "ethernet"], log);
  });

  await t.test("the seed names the NIC that has a tag", () => {
    const { devices } = JSON.parse(/^metadata (.*)$/m.exec(log)?.[1] ?? "{}");
    const { mac } = statusOf("placed") ?? {};
    assert.deepEqual(devices, [{ type: "nic", bus: "pci", address: "0000:12:00.0", mac, tags: ["backups"] }]);
  });

  await t.test("a model that this QEMU does not have is named, with what to use instead", { skip: hasIgb }, () =>
    saysWhatIsMissing(peapod),
  );
});

async function saysWhatIsMissing(peapod: Peapod): Promise<void> {
  const message = await eventually("the instance says why it does not start", async () => {
    const { status } = await vmiOf(peapod, "vm-late");
    return status?.conditions?.find(({ type, status }) => type === "Synchronized" && status === "False")?.message;
  });
  assert.match(message, /^Cannot give interface "late" the model igb: this node has QEMU \S+, and igb came with 8\.0/);
  assert.match(message, /Use e1000e or virtio/);
}

function machineWith(name: string, nics: readonly Expected[]): string {
  const volume = { cloudInitConfigDrive: { userData: tellOf(nics) } };
  const networks = nics.map(({ nic, network }) =>
    network === undefined ? { name: nic.name, pod: {} } : { name: nic.name, multus: { networkName: nic.name } },
  );
  return machine(name, {
    disks: [
      { ...rootDisk(), bootOrder: 1 },
      { ...disk("seed", "virtio"), volume },
    ],
    domain: { devices: { interfaces: nics.map(({ nic }) => nic) } },
    spec: { networks },
  });
}

/** What the guest sees of its NICs, once it has asked for an address on all of them. */
function tellOf(nics: readonly Expected[]): string {
  return `#!/bin/sh
tell() {
  nic=$(ls -d /sys/bus/pci/devices/$1/net/* /sys/bus/pci/devices/$1/virtio*/net/* 2> /dev/null)
  nic=\${nic##*/}
  tries=0
  until address=$(ip -4 -o addr show dev $nic | awk '{ print $4 }' | grep .) || [ $tries -ge 120 ]; do
    tries=$((tries + 1))
    sleep 1
  done
  driver=$(basename $(readlink /sys/bus/pci/devices/$1/driver))
  [ $driver != virtio-pci ] || driver=$(basename $(readlink /sys/class/net/$nic/device/driver))
  ping -c 1 -W 20 -I $nic $2 > /dev/null && answer=answered || answer=silent
  echo "nic $1 $driver $(cat /sys/class/net/$nic/address) $(cat /sys/class/net/$nic/mtu) $address $2 $answer"
}
{
  echo
${nics.map(({ pci, neighbour }) => `  tell ${pci} ${neighbour}`).join("\n")}
  for file in /sys/bus/pci/devices/*/acpi_index; do
    folder=\${file%/*}
    [ ! -e $file ] || echo "index \${folder##*/} $(cat $file)"
  done
  # passt tells of a router also where its network has none: which of two default routes to take is the guest's to choose.
  ip route del default dev $(ip -4 route show default | sed -n 's/.* via 10\\.14\\..* dev \\([^ ]*\\).*/\\1/p')
  modprobe qemu_fw_cfg
  tr '\\0' '\\n' < /sys/firmware/qemu_fw_cfg/by_name/bootorder/raw | sed 's/^/boot /'
  mount -r $(findfs LABEL=config-2) /mnt
  echo "metadata $(cat /mnt/openstack/latest/meta_data.json)"
  echo told
} > /dev/console
`;
}
