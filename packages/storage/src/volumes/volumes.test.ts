import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { run } from "@peapod/machinery/node";
import { checkImage, createImage, createOverlay, imageInfo } from "@peapod/qemu/node";
import type { StoredDisk } from "../images/types.ts";
import { planVolume } from "./plan.ts";
import { prepareVolume, type VolumeContext } from "./prepare.ts";
import { writeSeedIso } from "./seed-iso.ts";

function contextFor(t: TestContext, more: Partial<VolumeContext> = {}): VolumeContext & { readonly root: string } {
  const root = mkdtempSync(join(tmpdir(), "peapod-volumes-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return {
    root,
    dir: join(root, "disks"),
    images: { findDisk: () => undefined },
    seed: () => Promise.reject(new Error("no seed")),
    isCdrom: false,
    uid: 60_601,
    gid: 60_601,
    signal: new AbortController().signal,
    ...more,
  };
}

test("planVolume() rounds an empty disk down to whole mebibytes, but never to none", () => {
  const sizeOf = (capacity: string) => {
    const plan = planVolume({ name: "v", emptyDisk: { capacity } }, false);
    return plan.make === "empty" ? plan.sizeBytes : undefined;
  };
  assert.equal(sizeOf("2G"), 1907 * 2 ** 20);
  assert.equal(sizeOf("1k"), 2 ** 20);
});

async function imageDisk(root: string, sizeBytes = 8 * 2 ** 20): Promise<StoredDisk> {
  const path = join(root, "base.qcow2");
  await createImage(path, { format: "qcow2", sizeBytes });
  const imageId = `sha256:${"1".repeat(64)}`;
  return { path, format: "qcow2", virtualSizeBytes: sizeBytes, imageId, pathInImage: "", sizeBytes: 1 };
}

test("prepareVolume() lays an overlay over the image's disk, and keeps it the second time", async (t) => {
  const context = contextFor(t);
  const disk = await imageDisk(context.root);
  const withImage = { ...context, images: { findDisk: () => disk } };
  const volume = { name: "root", containerDisk: { image: "a" } };
  const first = await prepareVolume(volume, withImage);
  assert.deepEqual(first, {
    volumeName: "root",
    path: join(context.dir, "root.qcow2"),
    format: "qcow2",
    blockDevice: false,
    backingPaths: [join(context.dir, `root.sha256-${"1".repeat(64)}.base`)],
    readOnly: false,
    virtualSizeBytes: 8 * 2 ** 20,
  });
  assert.equal((await imageInfo(first?.path ?? "")).backingFormat, "qcow2");
  assert.deepEqual([statSync(first?.path ?? "").uid, statSync(first?.path ?? "").mode & 0o777], [60_601, 0o600]);
  const { ino } = statSync(first?.path ?? "");
  assert.deepEqual(await prepareVolume(volume, withImage), first);
  assert.equal(statSync(first?.path ?? "").ino, ino);
});

test("prepareVolume() gives the guest its own hold on the image, which the store may then forget", async (t) => {
  const context = contextFor(t);
  const disk = await imageDisk(context.root);
  const volume = { name: "root", containerDisk: { image: "a" } };
  const first = await prepareVolume(volume, { ...context, images: { findDisk: () => disk } });
  assert.equal(statSync(first?.backingPaths[0] ?? "").ino, statSync(disk.path).ino);
  rmSync(disk.path);
  assert.deepEqual(await prepareVolume(volume, context), first);
  assert.equal((await checkImage(first?.path ?? "", { format: "qcow2" })).corruptions, 0);
});

test("prepareVolume() shows an image as it is to a CD-ROM", async (t) => {
  const context = contextFor(t, { isCdrom: true });
  const disk = await imageDisk(context.root);
  const volume = { name: "cd", containerDisk: { image: "a" } };
  const made = await prepareVolume(volume, { ...context, images: { findDisk: () => disk } });
  assert.deepEqual([made?.readOnly, made?.backingPaths], [true, []]);
  assert.equal(statSync(made?.path ?? "").ino, statSync(disk.path).ino);
});

test("prepareVolume() names an image that is not here, and one that goes at the wrong moment", async (t) => {
  const context = contextFor(t);
  const volume = { name: "root", containerDisk: { image: "quay.io/a/b" } };
  await assert.rejects(prepareVolume(volume, context), {
    message: 'Cannot prepare volume "root": the image "quay.io/a/b" is not on this node',
  });
  const gone = { ...(await imageDisk(context.root)), path: join(context.root, "gone") };
  await assert.rejects(prepareVolume(volume, { ...context, images: { findDisk: () => gone } }), {
    message: 'Cannot prepare volume "root": the image "quay.io/a/b" was just removed',
  });
});

test("prepareVolume() makes an empty disk once", async (t) => {
  const context = contextFor(t);
  const volume = { name: "data", emptyDisk: { capacity: "2Gi" } };
  const made = await prepareVolume(volume, context);
  assert.deepEqual([made?.format, made?.virtualSizeBytes], ["qcow2", 2 ** 31]);
  const { ino } = statSync(made?.path ?? "");
  await prepareVolume(volume, context);
  assert.equal(statSync(made?.path ?? "").ino, ino);
});

test("prepareVolume() finishes what a death left under a temporary name", async (t) => {
  const context = contextFor(t);
  mkdirSync(context.dir, { recursive: true });
  writeFileSync(join(context.dir, ".data.qcow2.new"), "half a header");
  const made = await prepareVolume({ name: "data", emptyDisk: { capacity: "1Gi" } }, context);
  assert.equal(made?.virtualSizeBytes, 2 ** 30);
  assert.deepEqual(readdirSync(context.dir), ["data.qcow2"]);
});

test("prepareVolume() writes a seed that only root and the guest can read", async (t) => {
  const seed = {
    label: "cidata",
    files: [
      { path: "user-data", content: "#!/bin/sh\necho hi\n" },
      { path: "deep/er", content: "x" },
    ],
  };
  const context = contextFor(t, { seed: async () => seed });
  const made = await prepareVolume({ name: "ci", cloudInitNoCloud: { userData: "x" } }, context);
  const { stdout } = await run(["isoinfo", "-d", "-i", made?.path ?? ""]);
  assert.match(stdout, /Volume id: cidata/);
  const content = await run(["isoinfo", "-R", "-x", "/user-data", "-i", made?.path ?? ""]);
  assert.equal(content.stdout, "#!/bin/sh\necho hi\n");
  assert.equal(statSync(made?.path ?? "").mode & 0o777, 0o600);
});

test("prepareVolume() makes a host disk only where it was asked to, and says what is missing", async (t) => {
  const context = contextFor(t);
  const path = join(context.root, "data.img");
  const missing = prepareVolume({ name: "data", hostDisk: { path, type: "Disk" } }, context);
  await assert.rejects(missing, {
    message: `Cannot prepare volume "data": ${path} does not exist on this node`,
    advice: "Put the disk there, or use type DiskOrCreate with a capacity",
  });
  const made = await prepareVolume(
    { name: "data", hostDisk: { path, type: "DiskOrCreate", capacity: "16Mi" } },
    context,
  );
  assert.deepEqual([made?.format, made?.virtualSizeBytes], ["raw", 16 * 2 ** 20]);
  assert.ok(existsSync(path));
  const kept = await prepareVolume({ name: "data", hostDisk: { path, type: "Disk" } }, context);
  assert.equal(kept?.path, path);
  assert.equal(statSync(path).uid, 60_601);
});

test("prepareVolume() names a damaged disk and how to look at it", async (t) => {
  const context = contextFor(t);
  const path = join(context.root, "bad.qcow2");
  writeFileSync(path, Buffer.concat([Buffer.from("QFI\xfb\0\0\0\x03", "latin1"), Buffer.alloc(64, 0xff)]));
  await assert.rejects(prepareVolume({ name: "data", hostDisk: { path, type: "Disk" } }, context), {
    message: `Cannot prepare volume "data": ${path} is damaged or no disk image`,
  });
});

test("prepareVolume() keeps host disks out of the system's folders and ours, links or not", async (t) => {
  const context = contextFor(t);
  const refuses = (path: string, place: string, reserved: readonly string[] = []) =>
    assert.rejects(prepareVolume({ name: "data", hostDisk: { path, type: "Disk" } }, { ...context, reserved }), {
      message: `Cannot prepare volume "data": ${path} lies in ${place}, which is not for disks`,
    });
  await refuses("/etc/passwd", "/etc");
  await refuses("/etc/no/such/file", "/etc");
  symlinkSync("/etc/passwd", join(context.root, "link.img"));
  await refuses(join(context.root, "link.img"), "/etc");
  writeFileSync(join(context.root, "other.img"), Buffer.alloc(512));
  await refuses(join(context.root, "other.img"), context.root, [context.root]);
});

test("prepareVolume() refuses files that are no disks, and disks that stand on others", async (t) => {
  const context = contextFor(t);
  const refuses = async (path: string, because: string) =>
    assert.rejects(prepareVolume({ name: "data", hostDisk: { path, type: "Disk" } }, context), {
      message: `Cannot prepare volume "data": ${because}`,
    });
  const [text, overlay, { path: base }] = [
    join(context.root, "notes"),
    join(context.root, "over.qcow2"),
    await imageDisk(context.root),
  ];
  writeFileSync(text, "hello");
  await refuses(text, `${text} has 5 bytes, and a raw disk has a multiple of 512`);
  await createOverlay(overlay, { backing: base, backingFormat: "qcow2" });
  await refuses(overlay, `${overlay} is not a raw or self-contained qcow2 disk`);
  await refuses(context.root, `${context.root} is no file`);
  await refuses("data.img", `"data.img" is no absolute path`);
  assert.equal(statSync(text).uid, process.getuid?.(), "what is refused keeps its owner");
});

test("prepareVolume() makes the folder of a host disk, but no disk larger than its filesystem", async (t) => {
  const context = contextFor(t);
  const path = join(context.root, "new/er/data.img");
  const make = (capacity: string) =>
    prepareVolume({ name: "data", hostDisk: { path, type: "DiskOrCreate", capacity } }, context);
  await assert.rejects(make("8000Ti"), /data.img shall have 8796093022208000 bytes, and its filesystem has \d+ left/);
  assert.equal((await make("1Mi"))?.path, path);
  assert.deepEqual(readdirSync(dirname(path)), ["data.img"]);
});

test("prepareVolume() writes a seed once: a secret that goes later does not matter", async (t) => {
  const context = contextFor(t);
  const volume = { name: "ci", cloudInitNoCloud: { userData: "x" } };
  const seed = { label: "cidata", files: [{ path: "user-data", content: "x" }] };
  const first = await prepareVolume(volume, { ...context, seed: async () => seed });
  assert.deepEqual(await prepareVolume(volume, context), first);
});

test("writeSeedIso() keeps files inside the seed", async (t) => {
  const { root, signal } = contextFor(t);
  const seed = { label: "cidata", files: [{ path: "../../outside", content: "x" }] };
  await assert.rejects(writeSeedIso(seed, join(root, "out.iso"), signal), /leads out of it/);
});
