import type { Domain, DomainDisk, DomainNic } from "../domain.ts";

/** A complete small domain under emulation; a test overrides what it is about. */
export function testDomain(runDir: string, overrides: Partial<Domain> = {}): Domain {
  return {
    formatVersion: 1,
    uuid: "5d307ca9-b3ef-428c-8861-06e72d69f223",
    name: "default_web",
    architecture: "amd64",
    machine: { type: "q35", accelerator: { type: "tcg", translationBufferMiB: 32 }, acpi: true, smm: false },
    cpu: { model: "max", features: [], sockets: 1, cores: 1, threads: 1 },
    memory: { sizeBytes: 64 * 1024 * 1024 },
    firmware: { type: "bios", useSerial: false },
    smbios: { manufacturer: "KubeVirt", product: "None", family: "KubeVirt" },
    clock: { base: "utc" },
    disks: [],
    nics: [],
    monitors: [
      { id: "qmp0", socketPath: `${runDir}/qmp0.sock` },
      { id: "qmp1", socketPath: `${runDir}/qmp1.sock` },
    ],
    spareRootPorts: 0,
    pidFile: `${runDir}/qemu.pid`,
    ...overrides,
  };
}

export function testDisk(path: string, overrides: Partial<DomainDisk> = {}): DomainDisk {
  return {
    name: "rootdisk",
    device: "disk",
    bus: "virtio",
    image: { path, format: "qcow2", blockDevice: false },
    readOnly: false,
    cache: "writeback",
    discard: true,
    errorPolicy: "stop",
    shareable: false,
    ...overrides,
  };
}

export function testNic(overrides: Partial<DomainNic> = {}): DomainNic {
  return {
    name: "default",
    model: "virtio",
    mac: "02:00:00:00:00:01",
    backend: { type: "tap", ifName: "tap0" },
    linkUp: true,
    ...overrides,
  };
}
