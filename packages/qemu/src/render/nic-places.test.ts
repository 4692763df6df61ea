import assert from "node:assert/strict";
import { test } from "node:test";
import type { Domain } from "../domain.ts";
import { testDisk, testDomain, testNic } from "../testing/domain.ts";
import { assignAddresses } from "./addresses.ts";
import { nicDeviceId } from "./names.ts";
import { nicPlaces } from "./nic-places.ts";

const parts: Partial<Domain> = {
  nics: [
    testNic({ name: "a" }),
    testNic({ name: "b", pciAddress: "0000:00:0A.0" }),
    testNic({ name: "c" }),
    testNic({ name: "d" }),
  ],
  disks: [testDisk("/d", { name: "first" }), testDisk("/e", { name: "second", pciAddress: "0000:02:00.0" })],
  balloon: { freePageReporting: true },
  spareRootPorts: 3,
};

test("nicPlaces() says where the guest finds its NICs on a machine with PCI Express", () => {
  const domain = testDomain("/run/p", parts);
  assert.deepEqual(Object.fromEntries(nicPlaces(domain)), {
    a: "0000:01:00.0",
    b: "0000:00:0a.0",
    c: "0000:03:00.0",
    d: "0000:04:00.0",
  });
  const book = assignAddresses(domain);
  assert.deepEqual(
    ["a", "b", "c", "d"].map((name) => book.place(nicDeviceId(name))),
    [
      { bus: "rp1", addr: "0x0" },
      { bus: "pcie.0", addr: "0xa" },
      { bus: "rp3", addr: "0x0" },
      { bus: "rp4", addr: "0x0" },
    ],
  );
});

test("nicPlaces() says where the guest finds its NICs on the one bus of i440fx", () => {
  const { machine } = testDomain("/run/p");
  const disks = [testDisk("/e", { pciAddress: "0000:00:04.0" })];
  const domain = testDomain("/run/p", { ...parts, disks, machine: { ...machine, type: "pc" } });
  assert.deepEqual(Object.fromEntries(nicPlaces(domain)), {
    a: "0000:00:03.0",
    b: "0000:00:0a.0",
    c: "0000:00:05.0",
    d: "0000:00:06.0",
  });
  const book = assignAddresses(domain);
  assert.deepEqual(
    ["a", "b", "c", "d"].map((name) => book.place(nicDeviceId(name)).addr),
    ["0x3", "0xa", "0x5", "0x6"],
  );
});
