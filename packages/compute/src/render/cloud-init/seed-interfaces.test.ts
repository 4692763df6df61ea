import assert from "node:assert/strict";
import { test } from "node:test";
import type { VirtualMachineInstance } from "@peapod/api";
import { attachment } from "../../testing/domain.ts";
import { instance } from "../../testing/index.ts";
import { renderSeedInterfaces, seedTellsInterfaces } from "./seed-interfaces.ts";

function guest(tag: string | undefined, seed: object, machine?: string): VirtualMachineInstance {
  const interfaces = [
    { name: "gone", bridge: {}, state: "absent" },
    { name: "default", masquerade: {}, ...(tag && { tag }) },
    { name: "lan", bridge: {}, pciAddress: "0000:00:0A.0" },
    { name: "last", bridge: {} },
  ];
  const disks = [{ name: "root", disk: { bus: "virtio", pciAddress: "0000:01:00.0" } }];
  const volumes = [{ name: "seed", ...seed }];
  const domain = { devices: { interfaces, disks }, ...(machine && { machine: { type: machine } }) };
  return instance({ spec: { domain, volumes } });
}

test("seedTellsInterfaces() is true where a ConfigDrive has a tag to tell of", () => {
  const drive = { cloudInitConfigDrive: { userData: "x" } };
  assert.equal(seedTellsInterfaces(guest("front", drive)), true);
  assert.equal(seedTellsInterfaces(guest(undefined, drive)), false);
  assert.equal(seedTellsInterfaces(guest("front", { cloudInitNoCloud: { userData: "x" } })), false);
});

test("renderSeedInterfaces() says where the guest finds each interface that was attached, and its MAC", () => {
  const attachments = ["default", "lan", "last"].map((name, index) => ({
    ...attachment,
    name,
    mac: `02:00:00:00:00:0${index}`,
  }));
  const placesOn = (machine?: string) =>
    renderSeedInterfaces(guest("front", {}, machine), attachments, "amd64").map(
      ({ name, mac, pciAddress }) => `${name} ${mac} ${pciAddress}`,
    );
  assert.deepEqual(placesOn(), [
    "default 02:00:00:00:00:00 0000:02:00.0",
    "lan 02:00:00:00:00:01 0000:00:0a.0",
    "last 02:00:00:00:00:02 0000:03:00.0",
  ]);
  assert.equal(placesOn("pc")[0], "default 02:00:00:00:00:00 0000:00:03.0");
});
