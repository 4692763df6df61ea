import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { silentLog } from "@peapod/machinery";
import { createImage, createOverlay } from "@peapod/qemu/node";
import { startTestRegistry } from "../testing/registry.ts";
import { type ImageStoreOptions, openImageStore } from "./store.ts";

const { signal } = new AbortController();

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "peapod-images-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const openIn = (dir: string, more: Partial<ImageStoreOptions> = {}) => openImageStore({ dir, log: silentLog, ...more });

async function qcow2(folder: string, name = "disk.qcow2"): Promise<string> {
  const path = join(folder, name);
  await createImage(path, { format: "qcow2", sizeBytes: 4 * 2 ** 20 });
  return path;
}

test("importDisk() puts a disk under any spelling of a reference, and it is there after a restart", async (t) => {
  const folder = folderFor(t);
  const store = await openIn(join(folder, "images"));
  const image = await store.importDisk("quay.io/a/b", await qcow2(folder), signal);
  assert.equal(image.reference, "quay.io/a/b:latest");
  assert.equal(image.isImported, true);
  const again = await openIn(join(folder, "images"));
  const disk = again.findDisk("docker://quay.io/a/b:latest");
  assert.equal(disk?.format, "qcow2");
  assert.equal(disk?.virtualSizeBytes, 4 * 2 ** 20);
  assert.ok(existsSync(disk?.path ?? ""));
});

test("importDisk() refuses a disk that stands on another file", async (t) => {
  const folder = folderFor(t);
  const base = await qcow2(folder, "base.qcow2");
  const overlay = join(folder, "overlay.qcow2");
  await createOverlay(overlay, { backing: base, backingFormat: "qcow2" });
  const store = await openIn(join(folder, "images"));
  await assert.rejects(store.importDisk("a", overlay, signal), (error: Error) => {
    assert.match(String(error.cause), /stands on another file/);
    return true;
  });
  assert.deepEqual(store.list(), []);
  assert.deepEqual(readdirSync(join(folder, "images/tmp")), []);
});

test("pull() takes the disk out of the layers, as the upper ones leave it, with its holes", async (t) => {
  const folder = folderFor(t);
  await using registry = await startTestRegistry();
  const raw = Buffer.alloc(8 * 2 ** 20);
  raw.write("boot", 5 * 2 ** 20);
  await registry.push("a/b", "v1", [
    [
      { name: "disk/old.img", content: "gone" },
      { name: "disk/", content: "" },
    ],
    [
      { name: "disk/.wh.old.img", content: "" },
      { name: "./disk/new.img", content: raw },
    ],
  ]);
  const store = await openIn(join(folder, "images"));
  const disk = await store.pull(`${registry.host}/a/b:v1`, { signal });
  assert.equal(disk.format, "raw");
  assert.ok(readFileSync(disk.path).equals(raw));
  assert.ok(statSync(disk.path).blocks * 512 < 2 ** 20, "zero blocks take no space");
  assert.deepEqual(readdirSync(join(folder, "images/tmp")), []);
});

test("pull() of what is here already asks for the digest and copies nothing", async (t) => {
  const folder = folderFor(t);
  await using registry = await startTestRegistry();
  await registry.push("a/b", "v1", [[{ name: "disk/d.img", content: Buffer.alloc(512, 1) }]]);
  const store = await openIn(join(folder, "images"));
  const first = await store.pull(`${registry.host}/a/b:v1`, { signal });
  registry.requests.length = 0;
  const second = await store.pull(`${registry.host}/a/b:v1`, { signal });
  assert.deepEqual(second, first);
  assert.equal(
    registry.requests.filter((line) => line.includes("/blobs/") && line.startsWith("GET")).length <= 1,
    true,
  );
});

test("pull() follows a moved tag, and the old disk goes unless a guest stands on it", async (t) => {
  const folder = folderFor(t);
  await using registry = await startTestRegistry();
  const used = new Set<string>();
  const store = await openIn(join(folder, "images"), { usedPaths: async () => used });
  const paths: string[] = [];
  for (const fill of [1, 2, 3]) {
    await registry.push("a/b", "v1", [[{ name: "disk/d.img", content: Buffer.alloc(512, fill) }]]);
    const { path } = await store.pull(`${registry.host}/a/b:v1`, { signal });
    if (fill === 1) used.add(path);
    paths.push(path);
  }
  assert.deepEqual(
    paths.map((path) => existsSync(path)),
    [true, false, true],
  );
});

test("pull() uses credentials from a file, and says what is wrong in a sentence", async (t) => {
  const folder = folderFor(t);
  await using registry = await startTestRegistry();
  const reference = `${registry.host}/a/b:v1`;
  await registry.push("a/b", "v1", [[{ name: "disk/d.img", content: Buffer.alloc(512, 1) }]]);
  registry.requireLogin("me", "secret");
  const store = await openIn(join(folder, "images"));
  await assert.rejects(store.pull(reference, { signal }), {
    message: `Cannot pull "${reference}": its registry wants (other) credentials`,
  });
  const auth = Buffer.from("me:secret").toString("base64");
  await store.pull(reference, { signal, dockerConfig: JSON.stringify({ auths: { [registry.host]: { auth } } }) });
  const dockerConfig = JSON.stringify({ auths: { [registry.host]: { auth } } });
  await assert.rejects(store.pull(`${registry.host}/no/such:v1`, { signal, dockerConfig }), {
    message: `Cannot pull "${registry.host}/no/such:v1": there is no such image at its registry`,
  });
});

test("pull() refuses images without a disk, with several, or with a link for one", async (t) => {
  const folder = folderFor(t);
  await using registry = await startTestRegistry();
  const store = await openIn(join(folder, "images"));
  const reference = `${registry.host}/a/b:v1`;
  await registry.push("a/b", "v1", [[{ name: "etc/passwd", content: "x" }]]);
  await assert.rejects(store.pull(reference, { signal }), /the image has no disk/);
  await registry.push("a/b", "v1", [
    [
      { name: "disk/a", content: "x" },
      { name: "disk/b", content: "y" },
    ],
  ]);
  await assert.rejects(store.pull(reference, { signal }), /the image has 2 files under \/disk/);
  const named = await store.pull(reference, { signal, pathInImage: "/disk/b" });
  assert.equal(readFileSync(named.path, "utf8"), "y");
  await registry.push("a/b", "v1", [[{ name: "disk/a", content: "", linkTo: "/etc/shadow" }]]);
  await assert.rejects(store.pull(reference, { signal }), /the image has no disk/);
});

test("remove() forgets the reference and its disk", async (t) => {
  const folder = folderFor(t);
  const store = await openIn(join(folder, "images"));
  const image = await store.importDisk("quay.io/a/b", await qcow2(folder), signal);
  await store.importDisk("quay.io/a/c", join(folder, "disk.qcow2"), signal);
  assert.equal(await store.remove("quay.io/a/b:latest"), true);
  assert.ok(existsSync(image.disks[0]?.path ?? ""), "the other reference still has it");
  await store.remove("quay.io/a/c");
  assert.equal(existsSync(image.disks[0]?.path ?? ""), false);
  assert.equal(await store.remove("quay.io/a/c"), false);
});

test("a store sees what another process put there or took away", async (t) => {
  const folder = folderFor(t);
  const [agent, person] = [await openIn(join(folder, "images")), await openIn(join(folder, "images"))];
  assert.equal(agent.find("quay.io/a/b"), undefined);
  await person.importDisk("quay.io/a/b", await qcow2(folder), signal);
  assert.equal(agent.find("quay.io/a/b")?.isImported, true);
  await person.remove("quay.io/a/b");
  assert.equal(agent.find("quay.io/a/b"), undefined);
});

test("openImageStore() removes what a killed run left half-made", async (t) => {
  const folder = folderFor(t);
  await openIn(join(folder, "images"));
  writeFileSync(join(folder, "images/tmp/half"), "x");
  await openIn(join(folder, "images"));
  assert.deepEqual(readdirSync(join(folder, "images/tmp")), []);
});
