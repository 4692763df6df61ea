import assert from "node:assert/strict";
import { test } from "node:test";
import type { DomainSpec, VirtualMachineInstanceSpec } from "@peapod/api";
import type { Attachment } from "@peapod/network";
import type { PreparedDisk } from "@peapod/storage";
import { instance } from "../../testing/index.ts";
import type { NodeFacts } from "./facts.ts";
import { type DomainInputs, renderDomain } from "./index.ts";

const node: NodeFacts = {
  name: "n1",
  architecture: "amd64",
  accelerator: "tcg",
  directIo: true,
  uefi: { codePath: "/usr/share/OVMF/OVMF_CODE_4M.fd", varsTemplatePath: "/usr/share/OVMF/OVMF_VARS_4M.fd" },
};
const paths = { runDir: "/run/peapod/abc123/1", uefiVars: "/data/guests/1/vars.fd" };
const attachment: Attachment = {
  name: "default",
  binding: "masquerade",
  podInterfaceName: "eth0",
  backend: { type: "tap", ifName: "tap0" },
  mac: "02:00:00:aa:bb:cc",
  mtu: 1450,
  ipAddresses: ["10.244.0.5"],
};
const image = (volumeName: string, parts: Partial<PreparedDisk> = {}): PreparedDisk => ({
  volumeName,
  path: `/data/guests/1/${volumeName}.qcow2`,
  format: "qcow2",
  blockDevice: false,
  backingPaths: [],
  readOnly: false,
  virtualSizeBytes: 1,
  ...parts,
});

test("renderDomain() renders a whole guest", () => {
  const vmi = instance({
    metadata: { name: "vm-cirros" },
    spec: {
      domain: {
        devices: {
          disks: [
            { name: "containerdisk", disk: { bus: "virtio" } },
            { name: "seed", disk: { bus: "virtio" } },
          ],
          interfaces: [{ name: "default", masquerade: {} }],
          rng: {},
        },
        firmware: { uuid: "d633a622-2335-4606-93ae-d432b7c7f2d2", serial: "S1" },
        resources: { requests: { memory: "128M" } },
      },
      volumes: [
        { name: "containerdisk", containerDisk: { image: "cirros" } },
        { name: "seed", cloudInitNoCloud: { userData: "x" } },
      ],
    },
  });
  const seed = image("seed", { path: "/data/guests/1/seed.iso", format: "raw", readOnly: true });
  assert.deepEqual(
    renderDomain({ vmi, attachments: [attachment], disks: [image("containerdisk"), seed], node, paths }),
    {
      formatVersion: 1,
      uuid: "d633a622-2335-4606-93ae-d432b7c7f2d2",
      name: "default_vm-cirros",
      architecture: "amd64",
      machine: { type: "q35", accelerator: { type: "tcg", translationBufferMiB: 32 }, acpi: true, smm: false },
      cpu: {
        model: "qemu64",
        features: ["ssse3", "sse4.1", "sse4.2", "popcnt", "cx16", "lahf-lm"].map((name) => ({ name, enabled: true })),
        sockets: 1,
        cores: 1,
        threads: 1,
      },
      memory: { sizeBytes: 123 * 1024 * 1024 },
      firmware: { type: "bios", useSerial: false },
      smbios: { manufacturer: "KubeVirt", product: "None", family: "KubeVirt", serial: "S1" },
      clock: { base: "utc" },
      disks: [
        {
          name: "containerdisk",
          device: "disk",
          bus: "virtio",
          image: { path: "/data/guests/1/containerdisk.qcow2", format: "qcow2", blockDevice: false },
          readOnly: false,
          bootIndex: 1,
          cache: "writeback",
          discard: true,
          errorPolicy: "stop",
          shareable: false,
        },
        {
          name: "seed",
          device: "disk",
          bus: "virtio",
          image: { path: "/data/guests/1/seed.iso", format: "raw", blockDevice: false },
          readOnly: true,
          bootIndex: 2,
          cache: "writeback",
          discard: true,
          errorPolicy: "stop",
          shareable: false,
        },
      ],
      nics: [
        {
          name: "default",
          model: "virtio",
          mac: "02:00:00:aa:bb:cc",
          mtu: 1450,
          backend: { type: "tap", ifName: "tap0" },
          linkUp: true,
        },
      ],
      serial: { socketPath: "/run/peapod/abc123/1/serial.sock" },
      guestAgent: { socketPath: "/run/peapod/abc123/1/qga.sock" },
      rng: true,
      balloon: { freePageReporting: true },
      graphics: { video: "vga", vncSocketPath: "/run/peapod/abc123/1/vnc.sock" },
      monitors: [
        { id: "qmp0", socketPath: "/run/peapod/abc123/1/qmp0.sock" },
        { id: "qmp1", socketPath: "/run/peapod/abc123/1/qmp1.sock" },
      ],
      spareRootPorts: 6,
      pidFile: "/run/peapod/abc123/1/qemu.pid",
    },
  );
});

test("renderDomain() is the same for the same inputs", () => {
  assert.deepEqual(domain({ domain: { devices: {} } }), domain({ domain: { devices: {} } }));
});

test("renderDomain() resolves host-model by what runs the guest, and host-passthrough too", () => {
  const cpu = (model: string, accelerator: NodeFacts["accelerator"]) =>
    domain({ domain: { devices: {}, cpu: { model } } }, { node: { ...node, accelerator } }).cpu.model;
  assert.equal(cpu("host-model", "kvm"), "host");
  assert.equal(cpu("host-passthrough", "kvm"), "host");
  assert.equal(cpu("host-model", "tcg"), "qemu64");
  assert.equal(cpu("host-passthrough", "tcg"), "max");
  assert.equal(cpu("Westmere", "tcg"), "Westmere");
});

test("renderDomain() gives the manifest the last word on CPU features", () => {
  const { features } = domain({
    domain: {
      devices: {},
      cpu: {
        model: "Westmere",
        features: [{ name: "aes" }, { name: "vmx", policy: "disable" }, { name: "mpx", policy: "require" }],
      },
      features: { kvm: { hidden: true } },
    },
  }).cpu;
  assert.deepEqual(features, [
    { name: "mpx", enabled: true },
    { name: "kvm", enabled: false },
    { name: "aes", enabled: true },
    { name: "vmx", enabled: false },
  ]);
});

test("renderDomain() boots UEFI with the node's firmware and the guest's own variables", () => {
  const efi = (secureBoot: boolean) => ({ domain: { devices: {}, firmware: { bootloader: { efi: { secureBoot } } } } });
  const { firmware, graphics } = domain(efi(false));
  assert.deepEqual(firmware, {
    type: "uefi",
    codePath: "/usr/share/OVMF/OVMF_CODE_4M.fd",
    varsPath: "/data/guests/1/vars.fd",
    secureBoot: false,
  });
  assert.equal(graphics?.video, "bochs");
  assert.throws(() => domain(efi(true)), {
    name: "InvalidSpecError",
    message: 'Cannot boot with secure-boot UEFI on node "n1": it has no such firmware',
    path: "spec.domain.firmware.bootloader.efi.secureBoot",
  });
});

test("renderDomain() shows the boot menu of a guest that starts paused", () => {
  assert.deepEqual(domain({ startStrategy: "Paused" }).firmware, {
    type: "bios",
    useSerial: false,
    bootMenuMs: 10_000,
  });
});

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

test("renderDomain() plugs interfaces in the manifest's order, without the absent ones", () => {
  const interfaces = [
    { name: "b", bridge: {}, model: "e1000e", state: "down", pciAddress: "0000:01:00.0" },
    { name: "gone", bridge: {}, state: "absent" },
    { name: "a", bridge: {} },
  ];
  const { nics } = domain(
    { domain: { devices: { interfaces } } },
    { attachments: ["a", "b"].map((name) => ({ ...attachment, name })) },
  );
  assert.deepEqual(
    nics.map(({ name, model, linkUp, pciAddress }) => [name, model, linkUp, pciAddress]),
    [
      ["b", "e1000e", false, "0000:01:00.0"],
      ["a", "virtio", true, undefined],
    ],
  );
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

test("renderDomain() keeps the clock as asked", () => {
  const clock = (value: NonNullable<DomainSpec["clock"]>) => domain({ domain: { devices: {}, clock: value } }).clock;
  assert.deepEqual(clock({ timezone: "Europe/Berlin" }), { base: "localtime", timezone: "Europe/Berlin" });
  assert.deepEqual(clock({ utc: { offsetSeconds: 3600 } }), { base: { offsetSeconds: 3600 } });
  assert.deepEqual(
    clock({
      utc: {},
      timer: {
        hpet: { present: false },
        pit: { tickPolicy: "delay" },
        rtc: { tickPolicy: "catchup", track: "guest" },
      },
    }),
    { base: "utc", hpet: false, rtcTrack: "guest", rtcDrift: "slew", pitPolicy: "delay" },
  );
});

test("renderDomain() attaches only the devices that are wanted", () => {
  const bare = domain({
    domain: {
      devices: { autoattachGraphicsDevice: false, autoattachSerialConsole: false, autoattachMemBalloon: false },
    },
  });
  assert.equal(bare.graphics, undefined);
  assert.equal(bare.serial, undefined);
  assert.equal(bare.balloon, undefined);
  assert.equal(bare.rng, false);
  const full = domain({
    domain: {
      devices: {
        autoattachInputDevice: true,
        video: { type: "virtio" },
        watchdog: { name: "dog", i6300esb: { action: "poweroff" } },
        panicDevices: [{ model: "pvpanic" }],
      },
    },
  });
  assert.deepEqual(full.inputs, [{ name: "default-0", type: "tablet", bus: "usb" }]);
  assert.equal(full.graphics?.video, "virtio");
  assert.deepEqual(full.watchdog, { model: "i6300esb", action: "poweroff" });
  assert.equal(full.panicDevice, "pvpanic");
});

test("renderDomain() reports free pages unless an annotation forbids it", () => {
  const metadata = { annotations: { "kubevirt.io/free-page-reporting-disabled": "true" } };
  const vmi = instance({ metadata });
  assert.deepEqual(renderDomain({ vmi, attachments: [], disks: [], node, paths }).balloon, {
    freePageReporting: false,
  });
});

test("renderDomain() keeps no ports for hot-plug where it is disabled, and more for large guests", () => {
  assert.equal(domain({ domain: { devices: { disableHotplug: true } } }).spareRootPorts, 0);
  assert.equal(domain({ domain: { devices: {}, memory: { guest: "1Gi" } } }).spareRootPorts, 4 + 3);
  assert.equal(domain({ domain: { devices: {}, memory: { guest: "4Gi" } } }).spareRootPorts, 4 + 10);
});

function domain(spec: Partial<VirtualMachineInstanceSpec>, more: Partial<DomainInputs> = {}) {
  const vmi = instance({ spec });
  return renderDomain({ vmi, attachments: [], disks: [], node, paths, ...more });
}
