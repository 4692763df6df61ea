import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chown, copyFile } from "node:fs/promises";
import { test } from "node:test";
import type { Domain, DomainDisk } from "../domain.ts";
import { createImage } from "../image/qemu-img.ts";
import { run } from "../process/run.ts";
import { asRecord } from "../qmp/messages.ts";
import { queryStatus } from "../qmp/verbs.ts";
import type { Launch } from "../render/launch.ts";
import { testDisk, testDomain, testNic } from "../testing/domain.ts";
import { needsRoot, testLaunch } from "../testing/launch.ts";
import { scratchFolder } from "../testing/scratch.ts";
import { startGuest } from "./start.ts";
import { destroyGuest } from "./stop.ts";

test("QEMU accepts every bus, kind and property of disks", needsRoot, async () => {
  await using scratch = await scratchFolder();
  const names = [
    ..."v1 v2 s1 s2 s3 s4 s5 s6 s7 c1 u1".split(" "),
    "a-volume-with-a-name-as-long-as-kubernetes-lets-it-be-written-63",
  ];
  for (const name of names) await createImage(`${scratch.path}/${name}`, { format: "qcow2", sizeBytes: 1 << 20 });
  await createImage(`${scratch.path}/cd`, { format: "raw", sizeBytes: 1 << 20 });
  const disk = (name: string, overrides: Partial<DomainDisk> = {}): DomainDisk =>
    testDisk(`${scratch.path}/${name}`, { name, ...overrides });
  const raw = { path: `${scratch.path}/cd`, format: "raw", blockDevice: false } as const;
  const blockSize = { logical: 512, physical: 4096, discardGranularity: 65_536 };
  const disks = [
    disk("v1", { bootIndex: 1, serial: "CVLY623300HK240D", cache: "none", io: "native", blockSize, shareable: true }),
    disk("v2", { cache: "writethrough", errorPolicy: "report", readOnly: true, discard: false }),
    ...["s1", "s2", "s3", "s4", "s5", "s6", "s7"].map((name) => disk(name, { bus: "sata", errorPolicy: "enospace" })),
    disk("c1", { bus: "scsi", serial: "c1", errorPolicy: "ignore" }),
    disk("u1", { bus: "usb" }),
    disk(names.at(-1) ?? ""),
    disk("sata-cd", { bus: "sata", device: "cdrom", readOnly: true, image: raw }),
    disk("scsi-cd", { bus: "scsi", device: "cdrom", readOnly: true, image: raw }),
    disk("empty", { bus: "sata", device: "cdrom", readOnly: true, image: undefined }),
  ];
  const qmpAnswer = await started(scratch.path, { disks }, [...names, "cd"]);
  assert.deepEqual(qmpAnswer.map(({ qdev }) => qdev).sort(), disks.map(({ name }) => `disk-${name}`).sort());
});

test("QEMU accepts all small devices at once, under secure boot firmware", needsRoot, async () => {
  await using scratch = await scratchFolder();
  await copyFile("/usr/share/OVMF/OVMF_VARS_4M.ms.fd", `${scratch.path}/vars.fd`);
  const run = `${scratch.path}/run`;
  await started(
    scratch.path,
    {
      machine: { type: "q35", accelerator: { type: "tcg", translationBufferMiB: 32 }, acpi: true, smm: true },
      firmware: {
        type: "uefi",
        codePath: "/usr/share/OVMF/OVMF_CODE_4M.ms.fd",
        varsPath: `${scratch.path}/vars.fd`,
        secureBoot: true,
      },
      cpu: { model: "Nehalem", features: [{ name: "pdpe1gb", enabled: false }], sockets: 2, cores: 2, threads: 1 },
      smbios: {
        manufacturer: "Acme, Inc.",
        product: "None",
        version: "1",
        sku: "s",
        family: "KubeVirt",
        serial: "e4686d2c-6e8d-4335-b8fd-81bee22f4814",
        chassis: { manufacturer: "m", version: "v", serial: "s", asset: "a", sku: "k" },
      },
      clock: { base: { offsetSeconds: 7200 }, hpet: false, rtcTrack: "guest", rtcDrift: "slew", pitPolicy: "delay" },
      serial: { socketPath: `${run}/serial.sock` },
      guestAgent: { socketPath: `${run}/qga.sock` },
      rng: true,
      balloon: { freePageReporting: true },
      graphics: { video: "bochs", vncSocketPath: `${run}/vnc.sock` },
      inputs: [
        { name: "t1", type: "tablet", bus: "usb" },
        { name: "t2", type: "tablet", bus: "virtio" },
        { name: "k1", type: "keyboard", bus: "usb" },
        { name: "k2", type: "keyboard", bus: "virtio" },
      ],
      panicDevice: "pvpanic",
      watchdog: { model: "i6300esb", action: "poweroff" },
      spareRootPorts: 14,
    },
    ["vars.fd"],
  );
});

for (const video of ["vga", "bochs", "cirrus", "virtio"] as const) {
  for (const type of ["q35", "pc"]) {
    test(`QEMU accepts a ${video} screen on ${type}`, needsRoot, async () => {
      await using scratch = await scratchFolder();
      await createImage(`${scratch.path}/d`, { format: "qcow2", sizeBytes: 1 << 20 });
      await started(
        scratch.path,
        {
          machine: { type, accelerator: { type: "tcg", translationBufferMiB: 32 }, acpi: video !== "vga", smm: false },
          firmware: { type: "bios", useSerial: true, bootMenuMs: 10_000 },
          clock: { base: "localtime" },
          graphics: { video, vncSocketPath: `${scratch.path}/run/vnc.sock` },
          guestAgent: { socketPath: `${scratch.path}/run/qga.sock` },
          balloon: { freePageReporting: false },
          panicDevice: "isa",
          watchdog: { model: "i6300esb", action: "reset" },
          inputs: [{ name: "t", type: "tablet", bus: "usb" }],
          disks: [testDisk(`${scratch.path}/d`, { bus: video === "vga" ? "sata" : "virtio" })],
          spareRootPorts: 4,
        },
        ["d"],
      );
    });
  }
}

test("QEMU accepts every NIC model on persistent taps that it opens unprivileged", needsRoot, async () => {
  await using scratch = await scratchFolder();
  const models = ["virtio", "e1000", "e1000e", "ne2k_pci", "pcnet", "rtl8139"] as const;
  const holder = spawn("unshare", ["--net", "sh", "-c", "echo ready; exec sleep infinity"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    const netnsPath = `/proc/${holder.pid}/ns/net`;
    const batch = models
      .map((_, index) => `tuntap add tap${index} mode tap user 64055\nlink set tap${index} up\n`)
      .join("");
    await run(["nsenter", `--net=${netnsPath}`, "ip", "-batch", "-"], { input: batch });
    const nics = models.map((model, index) =>
      testNic({
        name: model,
        model,
        mac: `02:00:00:00:00:0${index}`,
        mtu: 1450,
        backend: { type: "tap", ifName: `tap${index}` },
        linkUp: model !== "e1000",
        ...(model === "virtio" && { bootIndex: 1 }),
      }),
    );
    await started(scratch.path, { nics, spareRootPorts: 6 }, [], { netnsPath, devices: ["tun"] });
  } finally {
    holder.kill("SIGKILL");
  }
});

/** Starts the domain as a guest is started, asks QEMU for its block devices, and ends it. */
async function started(
  folder: string,
  overrides: Partial<Domain>,
  files: readonly string[],
  launchOverrides: Partial<Launch> = {},
): Promise<readonly { readonly [key: string]: unknown }[]> {
  const launch = await testLaunch(folder, {
    files: files.map((name) => ({ path: `${folder}/${name}`, readOnly: false })),
    ...launchOverrides,
  });
  for (const name of files) await chown(`${folder}/${name}`, launch.uid, launch.gid);
  const domain = testDomain(launch.runDir, overrides);
  const { record, qmp } = await startGuest({ domain, launch, stderrPath: `${folder}/stderr` });
  try {
    await using _ = qmp;
    assert.equal(await queryStatus(qmp), "prelaunch");
    const answer = await qmp.execute("query-block");
    assert.ok(Array.isArray(answer));
    return answer.map(asRecord).map((block) => ({ ...block, qdev: deviceOf(String(block["qdev"])) }));
  } finally {
    await destroyGuest(record);
  }
}

/** `disk-v1` out of `/machine/peripheral/disk-v1/virtio-backend`. */
function deviceOf(path: string): string {
  return path.split("/").find((part) => part.startsWith("disk-")) ?? path;
}
