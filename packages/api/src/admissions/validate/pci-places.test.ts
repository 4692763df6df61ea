import assert from "node:assert/strict";
import { test } from "node:test";
import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import { saidOf } from "../../testing/index.ts";

type Devices = Partial<VirtualMachineInstanceSpec["domain"]["devices"]>;

const nicPath = "spec.domain.devices.interfaces[0].pciAddress";
const diskPath = "spec.domain.devices.disks[0].disk.pciAddress";

function said(nicAddress: string | undefined, devices: Devices = {}, type?: string): string {
  const interfaces = [{ name: "default", masquerade: {}, ...(nicAddress && { pciAddress: nicAddress }) }];
  const machine = type === undefined ? {} : { machine: { type } };
  const domain = { ...machine, devices: { interfaces, ...devices } };
  return saidOf({ domain }, { emulatedMachines: ["pc", "q35"] }).join();
}

const rootAt = (pciAddress: string): Devices => ({ disks: [{ name: "root", disk: { bus: "virtio", pciAddress } }] });

test("a device may ask for any bus of a root port, and any free slot of the root bus", () => {
  for (const address of ["0000:01:00.0", "0000:0A:00.0", "0000:80:00.0", "0000:00:02.0", "0000:00:1e.0"]) {
    assert.equal(said(address), "", address);
  }
});

test("a device cannot be where the machine has nothing", () => {
  const advice =
    "buses 01 to 80 have slot 00 and function 0 alone, and bus 00 has slots with function 0; write for example 0000:0a:00.0";
  for (const address of ["0000:81:00.0", "0000:05:01.0", "0000:05:00.1", "0000:00:05.1", "0001:05:00.0"]) {
    assert.equal(said(address), `${nicPath}: Cannot put interface "default" at ${address}: ${advice}`);
  }
  assert.match(said("0000:05:00"), /has malformed PCI address \(0000:05:00\)\.$/, "upstream's sentence alone");
});

test("a device cannot be where another is", () => {
  const advice = "write another place, or none to be given one";
  assert.equal(
    said("0000:0A:00.0", rootAt("0000:0a:00.0")),
    `${diskPath}: Cannot put disk "root" at 0000:0a:00.0: interface "default" is there; ${advice}`,
  );
  const there = (address: string, what: string, devices: Devices = {}) =>
    assert.equal(
      said(address, devices),
      `${nicPath}: Cannot put interface "default" at ${address}: ${what} is there; ${advice}`,
    );
  there("0000:00:00.0", "the chip set");
  there("0000:00:1f.0", "the chip set");
  there("0000:00:01.0", "the display");
  assert.equal(said("0000:00:01.0", { autoattachGraphicsDevice: false }), "");
  there("0000:00:1d.0", "the watchdog", { watchdog: { name: "w", i6300esb: { action: "reset" } } });
  there("0000:00:1c.0", "the panic device", { panicDevices: [{ model: "pvpanic" }] });
  assert.equal(said("0000:00:1c.0", { panicDevices: [{ model: "isa" }] }), "");
});

test("a machine of type pc has one bus", () => {
  assert.equal(said("0000:00:0a.0", {}, "pc"), "");
  assert.match(said("0000:01:00.0", {}, "pc"), /the machine has bus 00 alone, .* write for example 0000:00:0a\.0$/);
  assert.match(said("0000:00:02.0", {}, "pc"), /at 0000:00:02\.0: the display is there/);
});
