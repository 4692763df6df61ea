import assert from "node:assert/strict";
import { test } from "node:test";
import { attachment, domain, image, node, paths } from "../../testing/domain.ts";
import { instance } from "../../testing/index.ts";
import type { NodeFacts } from "./facts.ts";
import { renderDomain } from "./index.ts";

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

test("renderDomain() says which QEMU has the model igb", () => {
  const interfaces = [{ name: "default", masquerade: {}, model: "igb" }];
  const on = (qemuVersion: string) =>
    domain({ domain: { devices: { interfaces } } }, { attachments: [attachment], node: { ...node, qemuVersion } });
  assert.throws(() => on("7.2.22"), {
    name: "InvalidSpecError",
    message: 'Cannot give interface "default" the model igb: this node has QEMU 7.2.22, and igb came with 8.0',
    path: "spec.domain.devices.interfaces[0].model",
    advice: "Use e1000e or virtio",
  });
  for (const version of ["8.0.0", "10.0.2", ""]) assert.equal(on(version).nics[0]?.model, "igb");
});
