import assert from "node:assert/strict";
import { test } from "node:test";
import type { Domain } from "../domain.ts";
import { testDisk, testDomain, testNic } from "../testing/domain.ts";
import { DomainError } from "./addresses.ts";
import { renderQemuArgs } from "./args.ts";

const now = new Date("2026-03-01T09:30:00Z");
const render = (overrides: Partial<Domain> = {}): string[] => renderQemuArgs(testDomain("/run/p", overrides), { now });
/** The value that follows a flag, the nth time it appears. */
const values = (args: readonly string[], flag: string): string[] =>
  args.flatMap((arg, index) => (arg === flag ? [args[index + 1] ?? ""] : []));
/** The device with that id, as an object. */
const device = (args: readonly string[], id: string): { readonly [key: string]: unknown } | undefined =>
  values(args, "-device")
    .map((text): { readonly [key: string]: unknown } => JSON.parse(text))
    .find((candidate) => candidate["id"] === id);
const node = (args: readonly string[], name: string): { readonly [key: string]: unknown } | undefined =>
  values(args, "-blockdev")
    .map((text): { readonly [key: string]: unknown } => JSON.parse(text))
    .find((candidate) => candidate["node-name"] === name);

test("renderQemuArgs() renders an ordinary guest, the same bytes every time", () => {
  const args = render({
    memory: { sizeBytes: 128_000_000 },
    disks: [testDisk("/d/root.qcow2", { bootIndex: 1, cache: "none" })],
    nics: [testNic({ mtu: 1450 })],
    serial: { socketPath: "/run/p/serial.sock" },
    guestAgent: { socketPath: "/run/p/qga.sock" },
    balloon: { freePageReporting: true },
    spareRootPorts: 2,
  });
  assert.deepEqual(args, [
    "-name",
    "guest=default_web,debug-threads=on",
    "-uuid",
    "5d307ca9-b3ef-428c-8861-06e72d69f223",
    "-nodefaults",
    "-no-user-config",
    "-machine",
    "type=q35,dump-guest-core=off,smm=off,vmport=off",
    "-accel",
    "tcg,thread=multi,tb-size=32",
    "-boot",
    "strict=on",
    "-cpu",
    "max",
    "-smp",
    "cpus=1,sockets=1,cores=1,threads=1",
    "-m",
    "size=125000k",
    "-smbios",
    "type=1,manufacturer=KubeVirt,product=None,uuid=5d307ca9-b3ef-428c-8861-06e72d69f223,family=KubeVirt",
    "-rtc",
    "base=utc",
    "-chardev",
    "socket,id=char-qmp0,path=/run/p/qmp0.sock,server=on,wait=off",
    "-mon",
    "id=qmp0,chardev=char-qmp0,mode=control",
    "-chardev",
    "socket,id=char-qmp1,path=/run/p/qmp1.sock,server=on,wait=off",
    "-mon",
    "id=qmp1,chardev=char-qmp1,mode=control",
    "-device",
    '{"driver":"pcie-root-port","id":"rp1","bus":"pcie.0","addr":"0x2","multifunction":true,"chassis":1,"slot":1}',
    "-device",
    '{"driver":"pcie-root-port","id":"rp2","bus":"pcie.0","addr":"0x2.1","multifunction":false,"chassis":2,"slot":2}',
    "-device",
    '{"driver":"pcie-root-port","id":"rp3","bus":"pcie.0","addr":"0x2.2","multifunction":false,"chassis":3,"slot":3}',
    "-device",
    '{"driver":"pcie-root-port","id":"rp4","bus":"pcie.0","addr":"0x2.3","multifunction":false,"chassis":4,"slot":4}',
    "-device",
    '{"driver":"pcie-root-port","id":"rp5","bus":"pcie.0","addr":"0x2.4","multifunction":false,"chassis":5,"slot":5}',
    "-device",
    '{"driver":"pcie-root-port","id":"rp6","bus":"pcie.0","addr":"0x2.5","multifunction":false,"chassis":6,"slot":6}',
    "-device",
    '{"driver":"pcie-root-port","id":"rp7","bus":"pcie.0","addr":"0x2.6","multifunction":false,"chassis":7,"slot":7}',
    "-device",
    '{"driver":"virtio-scsi-pci","id":"scsi0","bus":"rp4","addr":"0x0"}',
    "-chardev",
    "socket,id=char-serial0,path=/run/p/serial.sock,server=on,wait=off",
    "-device",
    '{"driver":"isa-serial","id":"serial0","chardev":"char-serial0","index":0}',
    "-device",
    '{"driver":"virtio-serial-pci","id":"virtio-serial0","bus":"rp5","addr":"0x0"}',
    "-chardev",
    "socket,id=char-guest-agent0,path=/run/p/qga.sock,server=on,wait=off",
    "-device",
    '{"driver":"virtserialport","id":"guest-agent0","bus":"virtio-serial0.0","chardev":"char-guest-agent0","name":"org.qemu.guest_agent.0"}',
    "-display",
    "none",
    "-netdev",
    '{"type":"tap","ifname":"tap0","script":"no","downscript":"no","vhost":false,"id":"net-default"}',
    "-device",
    '{"driver":"virtio-net-pci","id":"nic-default","netdev":"net-default","bus":"rp1","addr":"0x0","mac":"02:00:00:00:00:01","host_mtu":1450,"romfile":""}',
    "-blockdev",
    '{"driver":"file","node-name":"rootdisk-file","filename":"/d/root.qcow2","aio":"threads","read-only":false,"discard":"unmap","cache":{"direct":true,"no-flush":false}}',
    "-blockdev",
    '{"driver":"qcow2","node-name":"rootdisk","file":"rootdisk-file","read-only":false,"discard":"unmap","cache":{"direct":true,"no-flush":false}}',
    "-device",
    '{"driver":"virtio-blk-pci","id":"disk-rootdisk","bus":"rp7","addr":"0x0","drive":"rootdisk","bootindex":1,"write-cache":"on","werror":"stop","rerror":"stop"}',
    "-device",
    '{"driver":"virtio-balloon-pci","id":"balloon0","bus":"rp6","addr":"0x0","free-page-reporting":true,"deflate-on-oom":true}',
    "-action",
    "reboot=reset,shutdown=pause,panic=pause",
    "-sandbox",
    "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
    "-pidfile",
    "/run/p/qemu.pid",
    "-S",
  ]);
});

test("renderQemuArgs() doubles commas where there is no JSON form", () => {
  const args = render({
    smbios: { manufacturer: "Acme, Inc.", product: "None", family: "KubeVirt" },
    serial: { socketPath: "/run/a,b/s" },
  });
  assert.match(values(args, "-smbios")[0] ?? "", /manufacturer=Acme,, Inc\.,product/);
  assert.ok(values(args, "-chardev").some((text) => text.includes("path=/run/a,,b/s,server=on")));
});

test("renderQemuArgs() boots UEFI from two nodes, and guards the variables of secure boot", () => {
  const firmware = { type: "uefi", codePath: "/fw/code.fd", varsPath: "/d/vars.fd" } as const;
  const plain = render({ firmware: { ...firmware, secureBoot: false } });
  assert.match(values(plain, "-machine")[0] ?? "", /pflash0=firmware-code,pflash1=firmware-vars/);
  assert.deepEqual(node(plain, "firmware-code"), {
    driver: "file",
    "node-name": "firmware-code",
    filename: "/fw/code.fd",
    "read-only": true,
  });
  assert.deepEqual(values(plain, "-global"), []);
  const secure = render({ firmware: { ...firmware, secureBoot: true } });
  assert.deepEqual(values(secure, "-global"), [
    "driver=cfi.pflash01,property=secure,value=on",
    "driver=ICH9-LPC,property=disable_s3,value=1",
  ]);
});

test("renderQemuArgs() puts BIOS messages on the serial line and shows its menu when asked", () => {
  const args = render({ firmware: { type: "bios", useSerial: true, bootMenuMs: 10_000 } });
  assert.match(values(args, "-machine")[0] ?? "", /graphics=off/);
  assert.deepEqual(values(args, "-boot"), ["strict=on,menu=on,splash-time=10000"]);
});

test("renderQemuArgs() sets the clock from offset, time zone and timers", () => {
  assert.deepEqual(values(render({ clock: { base: { offsetSeconds: -3600 } } }), "-rtc"), ["base=2026-03-01T08:30:00"]);
  assert.deepEqual(values(render({ clock: { base: "utc", timezone: "Asia/Tokyo" } }), "-rtc"), [
    "base=2026-03-01T18:30:00",
  ]);
  const timers = render({ clock: { base: "localtime", rtcTrack: "guest", rtcDrift: "slew", hpet: false } });
  assert.deepEqual(values(timers, "-rtc"), ["base=localtime,clock=vm,driftfix=slew"]);
  assert.match(values(timers, "-machine")[0] ?? "", /hpet=off/);
});

test("renderQemuArgs() tells KVM's timer chip about missed ticks, emulation has none to tell", () => {
  const kvm = { type: "q35", accelerator: { type: "kvm" }, acpi: true, smm: false } as const;
  const args = render({ machine: kvm, clock: { base: "utc", pitPolicy: "delay" } });
  assert.deepEqual(values(args, "-accel"), ["kvm"]);
  assert.deepEqual(values(args, "-global"), ["driver=kvm-pit,property=lost_tick_policy,value=delay"]);
  assert.deepEqual(values(render({ clock: { base: "utc", pitPolicy: "delay" } }), "-global"), []);
});

test("renderQemuArgs() renders each bus, with the seventh SATA disk on a further controller", () => {
  const sata = Array.from({ length: 7 }, (_, index) => testDisk(`/d/${index}`, { name: `s${index}`, bus: "sata" }));
  const args = render({
    disks: [
      ...sata,
      testDisk("/d/scsi", { name: "scsi", bus: "scsi", serial: "abc" }),
      testDisk("/d/scsi2", { name: "second", bus: "scsi" }),
      testDisk("/d/usb", { name: "usb", bus: "usb" }),
      testDisk("/dev/x", {
        name: "lun",
        bus: "scsi",
        device: "lun",
        image: { path: "/dev/x", format: "raw", blockDevice: true },
      }),
      testDisk("", { name: "empty", device: "cdrom", bus: "sata", readOnly: true, image: undefined }),
    ],
  });
  assert.equal(device(args, "disk-s5")?.["bus"], "ide.5");
  assert.equal(device(args, "disk-s6")?.["bus"], "sata0.0");
  assert.equal(device(args, "sata0")?.["driver"], "ahci");
  assert.deepEqual(device(args, "disk-scsi"), {
    driver: "scsi-hd",
    id: "disk-scsi",
    bus: "scsi0.0",
    "scsi-id": 0,
    lun: 0,
    drive: "scsi",
    serial: "abc",
    "write-cache": "on",
    werror: "stop",
    rerror: "stop",
  });
  assert.equal(device(args, "disk-second")?.["lun"], 1);
  assert.equal(device(args, "disk-usb")?.["bus"], "usb0.0");
  assert.deepEqual(device(args, "disk-lun"), {
    driver: "scsi-block",
    id: "disk-lun",
    bus: "scsi0.0",
    "scsi-id": 0,
    lun: 2,
    drive: "lun",
  });
  assert.equal(node(args, "lun-file")?.["driver"], "host_device");
  assert.deepEqual(device(args, "disk-empty"), { driver: "ide-cd", id: "disk-empty", bus: "sata0.1" });
});

test("renderQemuArgs() names nodes after disks, shortened where QEMU allows no such name", () => {
  const long = "a-volume-with-a-name-as-long-as-kubernetes-lets-it-be-written-63";
  const args = render({ disks: [testDisk("/d/1", { name: long }), testDisk("/d/2", { name: "0disk" })] });
  const drive = String(device(args, `disk-${long}`)?.["drive"]);
  assert.ok(drive.length <= 26 && node(args, drive) !== undefined && node(args, `${drive}-file`) !== undefined, drive);
  assert.match(String(device(args, "disk-0disk")?.["drive"]), /^d0disk-[0-9a-f]{8}$/);
});

test("renderQemuArgs() keeps cache, error policy, block size and sharing apart", () => {
  const args = render({
    disks: [
      testDisk("/d/1", {
        cache: "writethrough",
        errorPolicy: "enospace",
        discard: false,
        shareable: true,
        readOnly: true,
        blockSize: { logical: 512, physical: 4096, discardGranularity: 65_536 },
      }),
    ],
  });
  const disk = device(args, "disk-rootdisk");
  assert.equal(disk?.["write-cache"], "off");
  assert.equal(disk?.["werror"], "enospc");
  assert.equal(disk?.["rerror"], "report");
  assert.equal(disk?.["share-rw"], true);
  assert.equal(disk?.["physical_block_size"], 4096);
  assert.equal(disk?.["discard_granularity"], 65_536);
  assert.equal(node(args, "rootdisk")?.["discard"], "ignore");
  assert.equal(node(args, "rootdisk")?.["read-only"], true);
});

test("renderQemuArgs() refuses a device that its bus has not", () => {
  assert.throws(() => render({ disks: [testDisk("/d/1", { device: "cdrom" })] }), DomainError);
});

test("renderQemuArgs() boots from a NIC with its option ROM, and drops the ROM otherwise", () => {
  const args = render({ nics: [testNic({ bootIndex: 1 }), testNic({ name: "b", model: "e1000", mtu: 1450 })] });
  assert.equal(device(args, "nic-default")?.["romfile"], undefined);
  assert.equal(device(args, "nic-default")?.["bootindex"], 1);
  assert.equal(device(args, "nic-b")?.["romfile"], "");
  assert.equal(device(args, "nic-b")?.["host_mtu"], undefined);
});

test("renderQemuArgs() gives a NIC the ACPI index that it has", () => {
  const args = render({ nics: [testNic({ acpiIndex: 7 }), testNic({ name: "b" })] });
  assert.equal(device(args, "nic-default")?.["acpi-index"], 7);
  assert.ok(!("acpi-index" in (device(args, "nic-b") ?? {})));
});

test("renderQemuArgs() hands over opened macvtaps by descriptor and listens on stream sockets", () => {
  const args = render({
    nics: [
      testNic({ name: "a", backend: { type: "macvtap", ifName: "tap7" } }),
      testNic({ name: "b", backend: { type: "macvtap", ifName: "tap9" } }),
      testNic({ name: "c", backend: { type: "stream", socketPath: "/run/p/passt" } }),
    ],
  });
  assert.deepEqual(
    values(args, "-netdev").map((text) => JSON.parse(text)),
    [
      { type: "tap", fd: "3", vhost: false, id: "net-a" },
      { type: "tap", fd: "4", vhost: false, id: "net-b" },
      { type: "stream", server: true, addr: { type: "unix", path: "/run/p/passt" }, id: "net-c" },
    ],
  );
});

test("renderQemuArgs() renders the smaller devices", () => {
  const args = render({
    rng: true,
    graphics: { video: "vga", vncSocketPath: "/run/p/vnc.sock" },
    inputs: [
      { name: "tablet", type: "tablet", bus: "usb" },
      { name: "keys", type: "keyboard", bus: "virtio" },
    ],
    panicDevice: "pvpanic",
    watchdog: { model: "i6300esb", action: "poweroff" },
    smbios: { manufacturer: "m", product: "p", family: "f", chassis: { asset: "1" } },
    cpu: { model: "Nehalem", features: [{ name: "pdpe1gb", enabled: false }], sockets: 2, cores: 3, threads: 1 },
  });
  assert.deepEqual(values(args, "-cpu"), ["Nehalem,pdpe1gb=off"]);
  assert.deepEqual(values(args, "-smp"), ["cpus=6,sockets=2,cores=3,threads=1"]);
  assert.equal(values(args, "-smbios")[1], "type=3,asset=1");
  assert.deepEqual(values(args, "-vnc"), ["unix:/run/p/vnc.sock,share=ignore"]);
  assert.deepEqual(device(args, "video0"), { driver: "VGA", id: "video0", bus: "pcie.0", addr: "0x1", vgamem_mb: 16 });
  assert.equal(device(args, "input-tablet")?.["bus"], "usb0.0");
  assert.equal(device(args, "input-keys")?.["driver"], "virtio-keyboard-pci");
  assert.equal(device(args, "panic0")?.["bus"], "pcie.0");
  assert.equal(device(args, "watchdog0")?.["driver"], "i6300esb");
  assert.equal(device(args, "rng0")?.["rng"], "source-rng0");
  assert.deepEqual(values(args, "-action"), ["reboot=reset,shutdown=pause,panic=pause,watchdog=poweroff"]);
});

test("renderQemuArgs() leaves the PC's own parts out on arm64", () => {
  const args = render({
    architecture: "arm64",
    machine: { type: "virt", accelerator: { type: "kvm" }, acpi: true, smm: false },
    serial: { socketPath: "/run/p/s" },
    graphics: { video: "virtio", vncSocketPath: "/run/p/v" },
    disks: [testDisk("/d/1", { bus: "sata" })],
  });
  assert.deepEqual(values(args, "-machine"), ["type=virt,dump-guest-core=off"]);
  assert.deepEqual(values(args, "-serial"), ["chardev:char-serial0"]);
  assert.equal(device(args, "video0")?.["driver"], "virtio-gpu-pci");
  assert.equal(device(args, "disk-rootdisk")?.["bus"], "sata0.0");
});
