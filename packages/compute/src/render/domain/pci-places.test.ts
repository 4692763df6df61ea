/** What admission says of PCI addresses and where QEMU's arguments put devices: two rooms, one truth. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { VirtualMachineInstanceSpec } from "@peapod/api";
import { saidOf } from "@peapod/api/testing";
import { assignAddresses } from "@peapod/qemu";
import { attachment, domain, image } from "../../testing/domain.ts";

type Devices = VirtualMachineInstanceSpec["domain"]["devices"];

/** Everything that sits on the root bus. */
const everything: Devices = {
  disks: Array.from({ length: 7 }, (_, index) => ({ name: `s${index}`, disk: { bus: "sata" } })),
  watchdog: { name: "w", i6300esb: { action: "reset" } },
  panicDevices: [{ model: "pvpanic" }],
};
/** As little as can be. */
const little: Devices = {
  disks: [],
  autoattachGraphicsDevice: false,
  autoattachMemBalloon: false,
  disableHotplug: true,
};

test("a machine with PCI Express is admitted with the addresses that its NIC can have, and no others", () => {
  assert.deepEqual(disagreements("q35", everything), []);
  assert.deepEqual(disagreements("q35", little), []);
});

test("a machine with one PCI bus is admitted with the addresses that its NIC can have, and no others", () => {
  assert.deepEqual(disagreements("pc", everything), []);
  assert.deepEqual(disagreements("pc", little), []);
});

test("a place that two devices ask for is refused by both", () => {
  const interfaces = [{ name: "default", masquerade: {}, pciAddress: "0000:05:00.0" }];
  const disks = (pciAddress: string) => [{ name: "root", disk: { bus: "virtio", pciAddress } }];
  assert.deepEqual(judge("q35", { interfaces, disks: disks("0000:05:00.0") }), { isAdmitted: false, isPlaced: false });
  assert.deepEqual(judge("q35", { interfaces, disks: disks("0000:06:00.0") }), { isAdmitted: true, isPlaced: true });
});

/** Addresses of which one says yes and the other no; every slot of some buses is tried. */
function disagreements(type: string, devices: Devices): readonly string[] {
  const addresses = [0, 1, 2, 0x0a, 0x7f, 0x80, 0x81, 0xff].flatMap((bus) =>
    Array.from({ length: 32 * 2 }, (_, index) => `0000:${hex(bus)}:${hex(index >> 1)}.${index & 1}`),
  );
  const judged = ["0001:01:00.0", ...addresses].map((pciAddress) => {
    const interfaces = [{ name: "default", masquerade: {}, pciAddress }];
    return { pciAddress, ...judge(type, { ...devices, interfaces }) };
  });
  assert.ok(judged.filter(({ isAdmitted }) => isAdmitted).length > 20, "many are admitted");
  return judged.filter(({ isAdmitted, isPlaced }) => isAdmitted !== isPlaced).map(({ pciAddress }) => pciAddress);
}

function judge(type: string, devices: Devices): { readonly isAdmitted: boolean; readonly isPlaced: boolean } {
  const names = (devices.disks ?? []).map(({ name }) => name);
  const volumes = names.map((name) => ({ name, containerDisk: { image: "example.com/guest:1" } }));
  const spec = { domain: { machine: { type }, devices, memory: { guest: "128Mi" } }, volumes };
  const isAdmitted = saidOf(spec, { emulatedMachines: ["pc", "q35"] }).length === 0;
  const rendered = domain(spec, { attachments: [attachment], disks: names.map((name) => image(name)) });
  try {
    assignAddresses(rendered);
  } catch {
    return { isAdmitted, isPlaced: false };
  }
  return { isAdmitted, isPlaced: true };
}

function hex(number: number): string {
  return number.toString(16).padStart(2, "0");
}
