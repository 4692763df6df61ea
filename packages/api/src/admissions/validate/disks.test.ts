import assert from "node:assert/strict";
import { test } from "node:test";
import { saidOf } from "../../testing/index.ts";

const rootDisk = { name: "root", disk: { bus: "virtio" } };
const disk = (fields: object) => ({ domain: { devices: { disks: [{ ...rootDisk, ...fields }] } } });

test("disks and interfaces share one boot order", () => {
  const devices = {
    disks: [
      { ...rootDisk, bootOrder: 1 },
      { name: "iso", cdrom: {}, bootOrder: 0 },
    ],
    interfaces: [{ name: "default", masquerade: {}, bootOrder: 1 }],
  };
  assert.deepEqual(saidOf({ domain: { devices } }), [
    "spec.domain.devices.interfaces[0].bootOrder: Boot order for spec.domain.devices.interfaces[0].bootOrder already set for a different device.",
    "spec.domain.devices.disks[1].bootOrder: spec.domain.devices.disks[1] must have a boot order > 0, if supplied",
  ]);
});

test("a disk shows a volume; only a CD-ROM drive may be empty", () => {
  const devices = { disks: [rootDisk, rootDisk, { name: "gone", disk: {} }, { name: "drive", cdrom: {} }] };
  assert.deepEqual(saidOf({ domain: { devices } }), [
    "spec.domain.devices.disks[1].name: spec.domain.devices.disks[1] and spec.domain.devices.disks[0] must not have the same Name.",
    "spec.domain.devices.disks[2].name: spec.domain.devices.disks[2].Name 'gone' not found.",
  ]);
});

test("a disk sits on a bus that exists and fits", () => {
  const at = "spec.domain.devices.disks[0]";
  assert.deepEqual(saidOf(disk({ disk: { bus: "ide" } })), [`${at}.disk.bus: IDE bus is not supported`]);
  assert.deepEqual(saidOf(disk({ disk: { bus: "nvme" } })), [
    `${at}.disk.bus: ${at} is set with an unrecognized bus nvme, must be one of: [virtio scsi sata usb]`,
  ]);
  assert.deepEqual(saidOf(disk({ disk: undefined, cdrom: { bus: "virtio" } })), [
    `${at}.cdrom.bus: Bus type virtio is invalid for CD-ROM device`,
  ]);
  assert.deepEqual(saidOf(disk({ disk: { bus: "sata", readonly: true } })), [
    `${at}.disk.bus: sata hard-disks do not support read-only.`,
  ]);
  assert.deepEqual(saidOf(disk({ disk: { bus: "scsi", pciAddress: "0000:81:01.0" } })), [
    `${at}.disk.pciAddress: disk ${at}.name - setting a PCI address is only possible with bus type virtio.`,
  ]);
  assert.deepEqual(saidOf(disk({ cdrom: {} })), [`${at}: ${at} can only have a single target type defined`]);
});

test("a disk's settings have known values", () => {
  const at = "spec.domain.devices.disks[0]";
  assert.deepEqual(saidOf(disk({ serial: "a b", cache: "fast", io: "uring", errorPolicy: "hope" })), [
    `${at}.serial: ${at} must be made up of the following characters [A-Za-z0-9_.+-], if specified`,
    `${at}.cache: ${at}.cache has invalid value fast`,
    `${at}.io: Disk IO mode for ${at} is not supported. Supported modes are: native, threads.`,
    `${at}.errorPolicy: ${at}.errorPolicy has invalid value "hope"`,
  ]);
  assert.deepEqual(
    saidOf(disk({ serial: "S-1", cache: "none", io: "native", errorPolicy: "report", shareable: true })),
    [],
  );
});

test("a disk's blocks are powers of two, at least 512", () => {
  const at = "spec.domain.devices.disks[0].blockSize.custom";
  const sized = (custom: object) => saidOf(disk({ blockSize: { custom } }));
  assert.deepEqual(sized({ logical: 4096, physical: 4096 }), []);
  assert.deepEqual(sized({ logical: 4096, physical: 512 }), [
    `${at}.logical: Logical size 4096 must be the same or less than the physical size of 512`,
  ]);
  assert.deepEqual(sized({ logical: 1000, physical: 1000 }), [
    `${at}.logical: Provided size of 1000 is not a power of 2`,
    `${at}.physical: Provided size of 1000 is not a power of 2`,
  ]);
  assert.deepEqual(sized({ logical: 512, physical: 512, discardGranularity: 700 }), [
    `${at}.discardGranularity: Discard granularity 700 must be multiples of logical size 512`,
  ]);
  assert.deepEqual(saidOf(disk({ disk: { bus: "sata" }, blockSize: { custom: { logical: 4096, physical: 4096 } } })), [
    `${at}.logical: Logical size 4096 must be 512 for SATA devices`,
  ]);
});
