import assert from "node:assert/strict";
import { test } from "node:test";
import { testDisk, testDomain, testNic } from "@peapod/qemu/testing";
import { guestFacts, testSandbox } from "../testing/guest-facts.ts";
import { launchOf } from "./launch.ts";

test("launchOf() shows QEMU its own files and what they stand on, each once", () => {
  const [boot] = guestFacts().disks;
  assert.ok(boot);
  const domain = testDomain(testSandbox.runDir, {
    disks: [testDisk(boot.path), testDisk("/d/seed.iso", { name: "seed", readOnly: true })],
    nics: [testNic()],
    firmware: { type: "uefi", codePath: "/usr/share/code.fd", varsPath: "/d/vars.fd", secureBoot: false },
  });
  const again = { ...boot, volumeName: "again" };
  const launch = launchOf(testSandbox, domain, [boot, again], "/usr/bin/qemu-system-x86_64");
  assert.deepEqual(launch.files, [
    { path: boot.path, readOnly: false },
    { path: "/d/seed.iso", readOnly: true },
    { path: boot.backingPaths[0], readOnly: true },
    { path: "/usr/share/code.fd", readOnly: true },
    { path: "/d/vars.fd", readOnly: false },
  ]);
  assert.deepEqual(launch.devices, ["tun"]);
  assert.equal(launch.netnsPath, testSandbox.netnsPath);
});

test("launchOf() gives out no device that the guest has no use for", () => {
  const plain = testDomain(testSandbox.runDir);
  assert.deepEqual(launchOf(testSandbox, plain, [], "/q").devices, []);
  const kvm = testDomain(testSandbox.runDir, {
    machine: { type: "q35", accelerator: { type: "kvm" }, acpi: true, smm: false },
  });
  assert.deepEqual(launchOf(testSandbox, kvm, [], "/q").devices, ["kvm"]);
});
