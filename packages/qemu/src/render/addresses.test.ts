import assert from "node:assert/strict";
import { test } from "node:test";
import type { Domain } from "../domain.ts";
import { testDisk, testDomain, testNic } from "../testing/domain.ts";
import { type AddressBook, assignAddresses, DomainError } from "./addresses.ts";

const assign = (overrides: Partial<Domain>): AddressBook => assignAddresses(testDomain("/run/p", overrides));
const nics = (count: number) => Array.from({ length: count }, (_, index) => testNic({ name: `n${index}` }));

test("assignAddresses() gives NICs the first buses in spec order", () => {
  const book = assign({ nics: nics(3), disks: [testDisk("/d")], spareRootPorts: 0 });
  assert.deepEqual(
    ["nic-n0", "nic-n1", "nic-n2", "disk-rootdisk"].map((id) => book.place(id).bus),
    ["rp1", "rp2", "rp3", "rp4"],
  );
});

test("assignAddresses() leaves everybody where they are when a NIC is added within the first four", () => {
  const others = { disks: [testDisk("/d")], balloon: { freePageReporting: true }, spareRootPorts: 6 };
  const one = assign({ nics: nics(1), ...others });
  const three = assign({ nics: nics(3), ...others });
  for (const id of ["nic-n0", "scsi0", "balloon0", "disk-rootdisk"]) assert.deepEqual(three.place(id), one.place(id));
});

test("assignAddresses() keeps the spare ports that were asked for", () => {
  const book = assign({ nics: nics(1), spareRootPorts: 6 });
  assert.equal(book.rootPorts.filter((port) => port.holds === undefined).length, 6);
});

test("assignAddresses() puts eight root ports on a slot, the first of them multifunction", () => {
  const book = assign({ nics: nics(9) });
  assert.deepEqual(
    [0, 7, 8].map((index) => [book.rootPorts[index]?.addr, book.rootPorts[index]?.multifunction]),
    [
      ["0x2", true],
      ["0x2.7", false],
      ["0x3", true],
    ],
  );
});

test("assignAddresses() honours an address and moves others out of its way", () => {
  const book = assign({ nics: nics(1), disks: [testDisk("/d", { pciAddress: "0000:01:00.0" })] });
  assert.equal(book.place("disk-rootdisk").bus, "rp1");
  assert.equal(book.place("nic-n0").bus, "rp2");
  assert.deepEqual(assign({ disks: [testDisk("/d", { pciAddress: "0000:00:0a.0" })] }).place("disk-rootdisk"), {
    bus: "pcie.0",
    addr: "0xa",
  });
});

test("assignAddresses() makes the ports up to a high address", () => {
  const book = assign({ disks: [testDisk("/d", { pciAddress: "0000:0a:00.0" })] });
  assert.equal(book.rootPorts.length, 10);
  assert.equal(book.rootPorts[9]?.holds, "disk-rootdisk");
});

test("assignAddresses() moves root ports past a slot that was asked for", () => {
  const book = assign({ nics: nics(1), disks: [testDisk("/d", { pciAddress: "0000:00:02.0" })] });
  assert.equal(book.rootPorts[0]?.addr, "0x3");
});

test("assignAddresses() refuses addresses that are taken, malformed or do not exist", () => {
  const twice = [
    testDisk("/a", { name: "a", pciAddress: "0000:05:00.0" }),
    testDisk("/b", { pciAddress: "0000:05:00.0" }),
  ];
  assert.throws(() => assign({ disks: twice }), DomainError);
  assert.throws(() => assign({ disks: [testDisk("/a", { pciAddress: "0000:81:01.10" })] }), DomainError);
  assert.throws(() => assign({ disks: [testDisk("/a", { pciAddress: "0000:05:01.0" })] }), DomainError);
  assert.throws(() => assign({ disks: [testDisk("/a", { pciAddress: "0000:00:1f.0" })] }), DomainError);
});

test("assignAddresses() uses the slots of the one bus on i440fx", () => {
  const machine = {
    type: "pc",
    accelerator: { type: "tcg", translationBufferMiB: 32 },
    acpi: true,
    smm: false,
  } as const;
  const book = assign({ machine, nics: nics(2), disks: [testDisk("/d")], spareRootPorts: 8 });
  assert.deepEqual(book.rootPorts, []);
  assert.deepEqual(book.place("nic-n0"), { bus: "pci.0", addr: "0x3" });
  assert.deepEqual(book.place("nic-n1"), { bus: "pci.0", addr: "0x4" });
  assert.throws(() => assign({ machine, nics: [testNic({ pciAddress: "0000:01:00.0" })] }), DomainError);
  assert.throws(() => assign({ machine, nics: [testNic({ pciAddress: "0000:00:05.1" })] }), DomainError);
});
