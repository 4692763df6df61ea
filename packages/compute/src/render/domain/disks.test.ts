import assert from "node:assert/strict";
import { test } from "node:test";
import type { VirtualMachineInstanceSpec } from "@peapod/api";
import { attachment, domain, image, node } from "../../testing/domain.ts";
import type { DomainInputs } from "./index.ts";

test("renderDomain() defaults buses as upstream does: SATA on amd64", () => {
  const { disks } = domain({
    domain: {
      devices: {
        disks: [{ name: "a" }, { name: "b", cdrom: {} }, { name: "c", lun: {} }, { name: "d", disk: { bus: "scsi" } }],
      },
    },
  });
  assert.deepEqual(
    disks.map(({ device, bus, readOnly }) => [device, bus, readOnly]),
    [
      ["disk", "sata", false],
      ["cdrom", "sata", true],
      ["lun", "scsi", false],
      ["disk", "scsi", false],
    ],
  );
});

test("renderDomain() opens a seed image read-only only on buses that know read-only disks", () => {
  const seeds = ["virtio", "scsi", "sata", "usb"];
  const { disks } = domain(
    { domain: { devices: { disks: seeds.map((bus) => ({ name: bus, disk: { bus } })) } } },
    { disks: seeds.map((bus) => image(bus, { readOnly: true, format: "raw" })) },
  );
  assert.deepEqual(
    disks.map(({ readOnly }) => readOnly),
    [true, true, false, false],
  );
});

test("renderDomain() keeps what outlives the guest out of the page cache, where files can be opened so", () => {
  const spec = {
    domain: { devices: { disks: [{ name: "host" }, { name: "scratch" }, { name: "shared", shareable: true }] } },
    volumes: [
      { name: "host", hostDisk: { path: "/a", type: "Disk" } },
      { name: "scratch", emptyDisk: { capacity: "1Gi" } },
      { name: "shared", emptyDisk: { capacity: "1Gi" } },
    ],
  };
  const disks = [image("host"), image("scratch"), image("shared")];
  const modes = (directIo: boolean) =>
    domain(spec, { disks, node: { ...node, directIo } }).disks.map(({ cache }) => cache);
  assert.deepEqual(modes(true), ["none", "writeback", "none"]);
  assert.deepEqual(modes(false), ["writethrough", "writeback", "none"]);
});

test("renderDomain() uses native AIO by default only on block devices past the cache", () => {
  const spec = {
    domain: { devices: { disks: [{ name: "dev" }, { name: "file" }, { name: "asked", io: "native" }] } },
    volumes: ["dev", "file", "asked"].map((name) => ({ name, hostDisk: { path: "/a", type: "Disk" } })),
  };
  const disks = [image("dev", { blockDevice: true }), image("file"), image("asked")];
  assert.deepEqual(
    domain(spec, { disks }).disks.map(({ io }) => io),
    ["native", undefined, "native"],
  );
});

test("renderDomain() tries disks in their order and then CD-ROMs, unless something has a boot order", () => {
  const disks = [{ name: "cd", cdrom: {} }, { name: "a" }, { name: "b" }];
  const indexes = (spec: Partial<VirtualMachineInstanceSpec>, more: Partial<DomainInputs> = {}) =>
    domain(spec, more).disks.map(({ bootIndex }) => bootIndex);
  assert.deepEqual(indexes({ domain: { devices: { disks } } }), [3, 1, 2]);
  assert.deepEqual(indexes({ domain: { devices: { disks: [{ name: "a" }, { name: "b", bootOrder: 1 }] } } }), [
    undefined,
    1,
  ]);
  const nic = { devices: { disks: [{ name: "a" }], interfaces: [{ name: "default", bridge: {}, bootOrder: 1 }] } };
  const network = domain({ domain: nic }, { attachments: [attachment] });
  assert.equal(network.disks[0]?.bootIndex, undefined);
  assert.equal(network.nics[0]?.bootIndex, 1);
});

test("renderDomain() passes on how a disk wants to look and fail", () => {
  const [disk] = domain({
    domain: {
      devices: {
        disks: [
          {
            name: "a",
            disk: { bus: "virtio", pciAddress: "0000:07:00.0" },
            serial: "CVLY623300HK240D",
            errorPolicy: "report",
            cache: "writethrough",
            blockSize: { custom: { logical: 512, physical: 4096, discardGranularity: 4096 } },
          },
        ],
      },
    },
  }).disks;
  assert.equal(disk?.pciAddress, "0000:07:00.0");
  assert.equal(disk?.serial, "CVLY623300HK240D");
  assert.equal(disk?.errorPolicy, "report");
  assert.equal(disk?.cache, "writethrough");
  assert.deepEqual(disk?.blockSize, { logical: 512, physical: 4096, discardGranularity: 4096 });
});

test("renderDomain() says which disk or interface was not made ready", () => {
  const spec = {
    domain: { devices: { disks: [{ name: "a" }] } },
    volumes: [{ name: "a", emptyDisk: { capacity: "1Gi" } }],
  };
  assert.throws(() => domain(spec), { message: 'Cannot attach disk "a": its volume was not prepared on this node' });
  assert.throws(() => domain({ domain: { devices: { interfaces: [{ name: "x", bridge: {} }] } } }), {
    message: 'Cannot plug interface "x": it was not attached on this node',
  });
});
