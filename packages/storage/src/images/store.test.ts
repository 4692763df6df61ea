import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { silentLog } from "@peapod/machinery";
import { createImage, createOverlay } from "@peapod/qemu/node";
import { startTestRegistry } from "../testing/registry.ts";
import { type ImageStoreOptions, openImageStore } from "./store.ts";
import type { PullProgress } from "./types.ts";

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

test("pull() follows a moved tag, and what nothing points at goes", async (t) => {
  const folder = folderFor(t);
  await using registry = await startTestRegistry();
  const store = await openIn(join(folder, "images"));
  const paths: string[] = [];
  for (const fill of [1, 2]) {
    await registry.push("a/b", "v1", [[{ name: "disk/d.img", content: Buffer.alloc(512, fill) }]]);
    paths.push((await store.pull(`${registry.host}/a/b:v1`, { signal })).path);
  }
  assert.deepEqual(
    paths.map((path) => existsSync(path)),
    [false, true],
  );
  assert.deepEqual(readdirSync(join(folder, "images/tmp")), []);
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
  await assert.rejects(
    store.pull(reference, { signal }),
    /the image has several files under \/disk \(\/disk\/a and \/disk\/b\)/,
  );
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

test("openImageStore() removes what a killed run left half-made, and nothing of one that lives", async (t) => {
  const folder = folderFor(t);
  const path = join(folder, "images");
  await openIn(path);
  mkdirSync(join(path, "tmp/999999-1-ab"));
  mkdirSync(join(path, `tmp/${process.pid}-1-ab`)); // a process of before had our pid
  mkdirSync(join(path, "disks/sha256-1-ab")); // placed, and dead before it was recorded
  await using registry = await startTestRegistry();
  await registry.push("a/b", "v1", [[{ name: "disk/d.img", content: Buffer.alloc(512, 1) }]]);
  const busy = await openIn(path);
  const pulling = busy.pull(`${registry.host}/a/b:v1`, { signal });
  await until(() => readdirSync(join(path, "tmp")).length === 1);
  await openIn(path);
  assert.ok(existsSync((await pulling).path));
  assert.deepEqual(readdirSync(join(path, "tmp")), []);
  assert.equal(readdirSync(join(path, "disks")).length, 1);
});

test("pull() by several callers is one, and ends when the last gives up", async (t) => {
  const folder = folderFor(t);
  await using registry = await startTestRegistry();
  await registry.push("a/b", "v1", [[{ name: "disk/d.img", content: Buffer.alloc(512, 1) }]]);
  const store = await openIn(join(folder, "images"));
  const reference = `${registry.host}/a/b:v1`;
  const [first, second] = await Promise.all([store.pull(reference, { signal }), store.pull(reference, { signal })]);
  assert.deepEqual(first, second);
  assert.equal(registry.requests.filter((line) => line.startsWith("GET") && line.includes("/blobs/")).length, 2);

  registry.isSilent = true;
  const [one, other] = [new AbortController(), new AbortController()];
  const asked = registry.requests.length;
  const waiting = [store.pull(reference, { signal: one.signal }), store.pull(reference, { signal: other.signal })];
  const outcomes = Promise.allSettled(waiting);
  await until(() => registry.requests.length > asked);
  one.abort(new Error("no longer wanted"));
  await assert.rejects(waiting[0] ?? Promise.resolve(), /no longer wanted/);
  other.abort(new Error("nor here"));
  await outcomes;
  await until(() => readdirSync(join(folder, "images/tmp")).length === 0);
});

test("pull() tells how far it is, of how much", async (t) => {
  const folder = folderFor(t);
  await using registry = await startTestRegistry();
  await registry.push("a/b", "v1", [[{ name: "disk/d.img", content: randomBytes(512 * 100) }]]);
  const store = await openIn(join(folder, "images"));
  const seen: PullProgress[] = [];
  await store.pull(`${registry.host}/a/b:v1`, { signal, onProgress: (progress) => seen.push(progress) });
  const last = seen.at(-1);
  assert.ok(last?.totalBytes && last.totalBytes > 512 * 100 && last.doneBytes >= last.totalBytes);
});

test("pull() reads layers by their bytes: zstd, or not compressed at all, whatever they are called", async (t) => {
  const folder = folderFor(t);
  await using registry = await startTestRegistry();
  const store = await openIn(join(folder, "images"));
  for (const compression of ["zstd", "none"] as const) {
    const content = Buffer.alloc(1024, compression);
    await registry.push("a/b", compression, [[{ name: "disk/d.img", content }]], { compression });
    const disk = await store.pull(`${registry.host}/a/b:${compression}`, { signal });
    assert.ok(readFileSync(disk.path).equals(content), compression);
  }
});

test("pull() sees a whole folder hidden by an upper layer", async (t) => {
  const folder = folderFor(t);
  await using registry = await startTestRegistry();
  const store = await openIn(join(folder, "images"));
  await registry.push("a/b", "v1", [
    [{ name: "disk/old.img", content: "x".repeat(512) }],
    [
      { name: "disk/.wh..wh..opq", content: "" },
      { name: "disk/new.img", content: "y".repeat(512) },
    ],
  ]);
  const disk = await store.pull(`${registry.host}/a/b:v1`, { signal });
  assert.equal(readFileSync(disk.path, "utf8"), "y".repeat(512));
});

test("pull() follows a list of manifests to this machine's architecture", async (t) => {
  const folder = folderFor(t);
  await using registry = await startTestRegistry();
  const store = await openIn(join(folder, "images"));
  const amd64 = await registry.push("a/b", "one", [[{ name: "disk/d.img", content: "a".repeat(512) }]]);
  const arm64 = await registry.push("a/b", "two", [[{ name: "disk/d.img", content: "b".repeat(512) }]]);
  await registry.pushIndex("a/b", "v1", { amd64, arm64 });
  const disk = await store.pull(`${registry.host}/a/b:v1`, { signal });
  assert.equal(readFileSync(disk.path, "utf8"), "a".repeat(512));
  await registry.pushIndex("a/b", "v2", { s390x: arm64 });
  await assert.rejects(store.pull(`${registry.host}/a/b:v2`, { signal }), /not made for this machine's architecture/);
});

test("pull() says that a registry is down, and that a layer is damaged", async (t) => {
  const folder = folderFor(t);
  await using registry = await startTestRegistry();
  const store = await openIn(join(folder, "images"));
  const reference = `${registry.host}/a/b:v1`;
  const pulls = () => store.pull(reference, { signal });
  await registry.push("a/b", "v1", [[{ name: "disk/d.img", content: "x".repeat(512) }]], { isCutShort: true });
  await assert.rejects(pulls(), {
    message: `Cannot use "${reference}": a layer of the image is damaged`,
  });
  registry.isDown = true;
  await assert.rejects(pulls(), { message: `Cannot pull "${reference}": its registry does not answer` });
  assert.deepEqual(store.list(), []);
});

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}
