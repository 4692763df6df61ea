import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { run } from "@peapod/machinery/node";
import { createImage, imageInfo } from "@peapod/qemu/node";
import type { StoredDisk } from "../images/types.ts";
import { planVolume } from "./plan.ts";
import { prepareVolume, type VolumeContext } from "./prepare.ts";

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

test("prepareVolume() lays an overlay over the image's disk, and keeps it the second time", async (t) => {
  const context = contextFor(t);
  const path = join(context.root, "base.qcow2");
  await createImage(path, { format: "qcow2", sizeBytes: 8 * 2 ** 20 });
  const disk = {
    path,
    format: "qcow2",
    virtualSizeBytes: 8 * 2 ** 20,
    imageId: "sha256:1",
    pathInImage: "",
    sizeBytes: 1,
  } satisfies StoredDisk;
  const withImage = { ...context, images: { findDisk: () => disk } };
  const volume = { name: "root", containerDisk: { image: "a" } };
  const first = await prepareVolume(volume, withImage);
  assert.deepEqual(first, {
    volumeName: "root",
    path: join(context.dir, "root.qcow2"),
    format: "qcow2",
    blockDevice: false,
    backingPaths: [path],
    readOnly: false,
    virtualSizeBytes: 8 * 2 ** 20,
  });
  assert.equal((await imageInfo(first?.path ?? "")).backingFormat, "qcow2");
  assert.deepEqual([statSync(first?.path ?? "").uid, statSync(first?.path ?? "").mode & 0o777], [60_601, 0o600]);
  const { ino } = statSync(first?.path ?? "");
  assert.deepEqual(await prepareVolume(volume, withImage), first);
  assert.equal(statSync(first?.path ?? "").ino, ino);
  const cdrom = await prepareVolume(volume, { ...withImage, isCdrom: true });
  assert.deepEqual([cdrom?.path, cdrom?.readOnly], [path, true]);
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
