/** What a machine's firmware boots: BIOS and UEFI, from disks on every bus, in the order that is asked for. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Secret } from "@peapod/api";
import { addressOf, answerOf, execute, guestImage, type Peapod, startPeapod, succeed } from "./harness.ts";
import { consoleOf, disk, guestReference, type MachineDisk, machine, namespace, rootDisk, vmiOf } from "./machines.ts";

test("firmware boots what it is told to", async (t) => {
  const sectors = await makeBootable(t);
  const peapod = await startPeapod(t, { images: { [guestReference]: await guestImage(), ...sectors } });

  await t.test("BIOS tries disks in the manifest's order, then CD-ROMs", async () => {
    assert.equal(await booted(peapod, "as-listed", {}), "virtio");
  });
  await t.test("BIOS starts with the first in boot order, on a SATA bus", async () => {
    assert.equal(await booted(peapod, "sata-first", { sata: 1, virtio: 2 }), "sata");
  });
  await t.test("BIOS starts with the first in boot order, on a SCSI bus", async () => {
    assert.equal(await booted(peapod, "scsi-first", { virtio: 3, sata: 2, scsi: 1 }), "scsi");
  });
  await t.test("BIOS starts with the first in boot order, a CD-ROM", async () => {
    assert.equal(await booted(peapod, "cd-first", { cd: 1, virtio: 2 }), "cd");
  });
  await t.test("BIOS goes on with a CD-ROM where the first disk is blank", async () => {
    const blank = { ...disk("blank", "virtio"), bootOrder: 1, volume: { emptyDisk: { capacity: "1Mi" } } };
    assert.equal(await booted(peapod, "blank-first", { cd: 2 }, [blank]), "cd");
  });

  await t.test("BIOS is what a machine has by default", async () => {
    const volume = { cloudInitConfigDrive: { userData: `#!/bin/sh\n${tellFirmware}` } };
    assert.equal(await firmwareOf(peapod, "bios", [rootDisk("sata"), { ...disk("seed", "virtio"), volume }]), "bios");
  });

  const uefi = { bootloader: { efi: { secureBoot: false } } };
  await t.test("UEFI boots from a virtio disk, keeps its variables, and boots again after a reset", async () => {
    const name = "uefi-virtio";
    const seed = await secretSeed(peapod);
    assert.equal(await firmwareOf(peapod, name, [rootDisk("virtio"), seed], uefi, true), "uefi");
    const { metadata } = await vmiOf(peapod, name);
    const path = join(peapod.dataDir, "guests", metadata.uid ?? "", "uefi-variables.fd");
    const variables = readFileSync(path);
    assert.ok(variables.includes(Buffer.from("BootOrder", "utf16le")), "the firmware wrote down what it found");
    assert.notEqual(statSync(path).uid, 0, "they are the guest's own");
    succeed(await peapod.virtctl("reset", name));
    await consoleOf(peapod, name, /(Peapod test guest: \d[\s\S]*){2}login: /);
    assert.match(await answerOf(await addressOf(peapod, name)), /Hello from uefi-virtio/);
    assert.equal(statSync(path).size, variables.length);
    await peapod.kubectl("delete", "vm", name, "--timeout=60s");
  });
  await t.test("UEFI boots from a SATA disk", async () => {
    const volume = { cloudInitNoCloud: { userDataBase64: base64(`#!/bin/sh\n${tellFirmware}`) } };
    const disks = [rootDisk("sata"), { ...disk("seed", "virtio"), volume }];
    assert.equal(await firmwareOf(peapod, "uefi-sata", disks, uefi), "uefi");
  });
  await t.test("UEFI boots from a SCSI disk", async () => {
    const volume = { cloudInitConfigDrive: { userData: `#!/bin/sh\n${tellFirmware}` } };
    const disks = [rootDisk("scsi"), { name: "seed", cdrom: { bus: "scsi" }, volume }];
    assert.equal(await firmwareOf(peapod, "uefi-scsi", disks, uefi), "uefi");
  });
});

/** Boots a machine with a tiny program on each bus, and says which of them ran. */
async function booted(
  peapod: Peapod,
  name: string,
  order: Readonly<Record<string, number>>,
  more: readonly MachineDisk[] = [],
): Promise<string | undefined> {
  const disks = Object.entries(buses).map(([bus, device]) => ({
    ...{ name: bus, ...device, volume: { containerDisk: { image: sectorReference(bus) } } },
    ...(order[bus] !== undefined && { bootOrder: order[bus] }),
  }));
  const domain = { devices: { autoattachGraphicsDevice: false, autoattachPodInterface: false, interfaces: [] } };
  await peapod.apply(machine(name, { disks: [...more, ...disks], domain, spec: { networks: [] } }));
  const log = await consoleOf(peapod, name, /^booted from \w+\n/m);
  // Nobody in there listens to a power button.
  succeed(await peapod.virtctl("stop", name, "--force", "--grace-period=0"));
  await peapod.kubectl("delete", "vm", name, "--timeout=60s");
  return /^booted from (\w+)$/m.exec(log)?.[1];
}

/** The CD-ROM is listed first, and comes last all the same. */
const buses = {
  cd: { cdrom: { bus: "sata" } },
  virtio: { disk: { bus: "virtio" } },
  sata: { disk: { bus: "sata" } },
  scsi: { disk: { bus: "scsi" } },
};

/** Boots the small guest until it answers, and says what it found its firmware to be. */
async function firmwareOf(
  peapod: Peapod,
  name: string,
  disks: readonly MachineDisk[],
  firmware: object = {},
  keep = false,
): Promise<string | undefined> {
  const domain = { firmware, resources: { requests: { memory: "192M" } } };
  await peapod.apply(machine(name, { disks, domain: { ...domain, devices: { autoattachGraphicsDevice: false } } }));
  const log = await consoleOf(peapod, name, /^firmware \w+\n/m);
  assert.match(await answerOf(await addressOf(peapod, name)), new RegExp(`^Hello from ${name}$`, "m"));
  if (!keep) await peapod.kubectl("delete", "vm", name, "--timeout=60s");
  return /^firmware (\w+)$/m.exec(log)?.[1];
}

const tellFirmware = "[ -d /sys/firmware/efi ] && echo firmware uefi || echo firmware bios\n";

async function secretSeed(peapod: Peapod): Promise<MachineDisk> {
  const client = await peapod.client();
  const stringData = { userdata: `#cloud-config\nruncmd:\n- ${JSON.stringify(tellFirmware.trim())}\n` };
  await client.create(Secret, { apiVersion: "v1", kind: "Secret", metadata: { name: "seed", namespace }, stringData });
  return { ...disk("seed", "virtio"), volume: { cloudInitNoCloud: { secretRef: { name: "seed" } } } };
}

/** A disk and a CD-ROM image that print their bus on the serial line. @returns reference → file */
async function makeBootable(t: TestContext): Promise<Readonly<Record<string, string>>> {
  const folder = mkdtempSync("/var/tmp/peapod-e2e-boot-");
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const bus of Object.keys(buses)) {
    const sector = bootSector(`\r\nbooted from ${bus}\r\n`);
    writeFileSync(join(folder, `${bus}.img`), Buffer.concat([sector, Buffer.alloc(2 ** 20 - sector.length)]));
  }
  const burn = ["-quiet", "-no-emul-boot", "-boot-load-size", "4", "-b", "cd.img", "-o", join(folder, "cd.iso")];
  const tree = join(folder, "tree");
  succeed(await execute("install", ["-D", join(folder, "cd.img"), join(tree, "cd.img")]));
  succeed(await execute("genisoimage", [...burn, tree]));
  return Object.fromEntries(
    Object.keys(buses).map((bus) => [sectorReference(bus), join(folder, bus === "cd" ? "cd.iso" : `${bus}.img`)]),
  );
}

function sectorReference(bus: string): string {
  return `registry.example/peapod/boots-${bus}:v1`;
}

/** A program of 16-bit x86 that the BIOS loads to 0x7c00: it writes a text to the first serial port, and stops. */
function bootSector(text: string): Buffer {
  const textAt = 0x30;
  const program = [
    ...[0xfa, 0x31, 0xc0, 0x8e, 0xd8], //       cli; xor ax, ax; mov ds, ax
    ...[0xbe, textAt, 0x7c], //                 mov si, 0x7c00 + textAt
    ...[0xac, 0x84, 0xc0, 0x74, 0x11], // next: lodsb; test al, al; jz stop
    ...[0x88, 0xc3, 0xba, 0xfd, 0x03], //       mov bl, al; mov dx, 0x3fd
    ...[0xec, 0xa8, 0x20, 0x74, 0xfb], // wait: in al, dx; test al, 0x20; jz wait
    ...[0x88, 0xd8, 0xb2, 0xf8, 0xee], //       mov al, bl; mov dl, 0xf8; out dx, al
    ...[0xeb, 0xea, 0xf4, 0xeb, 0xfd], //       jmp next; stop: hlt; jmp stop
  ];
  const sector = Buffer.alloc(512);
  sector.set(program);
  sector.write(text, textAt, "latin1");
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
