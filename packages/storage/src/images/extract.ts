import { createReadStream } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { extract } from "tar-stream";
import { writeSparseFile } from "./sparse-file.ts";
import { ImageError } from "./types.ts";

interface Descriptor {
  readonly digest: string;
}

/**
 * Takes the one disk out of an image in an OCI layout: the only file under `/disk`, or the one that was named. Upper layers hide what
 * lies below (whiteouts). Links are not followed: an image cannot make us read another file than its own.
 *
 * @param out  a new file
 * @throws {ImageError} when there is none, or more than one
 */
export async function extractDisk(layout: string, wanted: string, out: string, signal: AbortSignal): Promise<void> {
  const layers = await readLayers(layout);
  const wantedPath = cleanPath(wanted === "" ? "disk" : wanted);
  const hidden = new Set<string>();
  const found = new Map<string, string>();
  for (const [index, layer] of layers.toReversed().entries()) {
    const hides: string[] = [];
    await eachEntry(await openLayer(layout, layer), async (entry, body) => {
      const path = cleanPath(entry.name);
      const name = path.split("/").at(-1) ?? "";
      const folder = path.split("/").slice(0, -1).join("/");
      if (name === ".wh..wh..opq") hides.push(folder);
      else if (name.startsWith(".wh.")) hides.push(`${folder}/${name.slice(4)}`.replace(/^\//, ""));
      else if (isWanted(path, wantedPath) && !isHidden(path, hidden) && !found.has(path)) {
        if (entry.type !== "file" && entry.type !== "contiguous-file") return;
        // Nothing above hides it, so there are two: no need to unpack more.
        if (found.size === 1) throw tooMany(wantedPath, [...found.keys(), path]);
        const temporary = `${out}.${index}.${found.size}`;
        await writeSparseFile(temporary, body, signal);
        found.set(path, temporary);
      }
    });
    for (const path of hides) hidden.add(path);
  }
  const [first] = found.values();
  if (first === undefined) {
    const where = `/${wantedPath}`;
    throw new ImageError(`the image has no disk: there is no file ${wanted === "" ? `under ${where}` : where}`);
  }
  await rename(first, out);
}

function tooMany(folder: string, paths: readonly string[]): ImageError {
  const names = paths.map((path) => `/${path}`).join(" and ");
  return new ImageError(
    `the image has several files under /${folder} (${names}), and only one can be the disk: name it by path`,
  );
}

async function readLayers(layout: string): Promise<readonly Descriptor[]> {
  const index = await readJson(join(layout, "index.json"));
  let manifest = await readJson(
    blobPath(layout, (index as { manifests: readonly Descriptor[] }).manifests[0]?.digest ?? ""),
  );
  if ("manifests" in manifest) {
    const [only] = (manifest as { manifests: readonly Descriptor[] }).manifests;
    manifest = await readJson(blobPath(layout, only?.digest ?? ""));
  }
  return (manifest as { layers?: readonly Descriptor[] }).layers ?? [];
}

/** By its first bytes: media types of layers are not always right. */
async function openLayer(layout: string, { digest }: Descriptor): Promise<Readable> {
  const path = blobPath(layout, digest);
  await using head = await open(path);
  const { buffer } = await head.read(Buffer.alloc(4), 0, 4, 0);
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const magic = buffer.readUInt32BE(0);
  if (magic >>> 16 === 0x1f8b) return pipeline(file, createGunzip({ chunkSize: 256 * 1024 }), () => {});
  if (magic === 0x28b52ffd) return pipeline(file, createZstdDecompress({ chunkSize: 256 * 1024 }), () => {});
  return file;
}

async function eachEntry(
  layer: Readable,
  visit: (
    entry: { readonly name: string; readonly type?: string | null | undefined },
    body: AsyncIterable<Uint8Array>,
  ) => Promise<void>,
): Promise<void> {
  const tar = extract();
  const copying = new Promise<void>((resolve, reject) =>
    pipeline(layer, tar, (error) => (error ? reject(error) : resolve())),
  );
  copying.catch(() => {}); // reported below, through the entries' loop
  try {
    for await (const entry of tar) {
      // A tar entry is a readable stream; its types do not say so.
      await visit(entry.header, entry as unknown as AsyncIterable<Uint8Array>);
      entry.resume();
    }
  } catch (error) {
    if (error instanceof ImageError || (error instanceof Error && error.name === "AbortError")) throw error;
    if (error instanceof Error && "code" in error && error.code === "ENOSPC") throw error;
    // Which end of the pipe complains first is chance, and neither says more.
    throw new ImageError("a layer of the image is damaged");
  } finally {
    layer.destroy();
  }
  await copying;
}

/** `./disk/../disk/a.img` and `/disk/a.img` are the same; nothing leads out of the image. */
function cleanPath(path: string): string {
  const words: string[] = [];
  for (const word of path.split("/")) {
    if (word === "..") words.pop();
    else if (word !== "" && word !== ".") words.push(word);
  }
  return words.join("/");
}

function isWanted(path: string, wanted: string): boolean {
  return path === wanted || path.startsWith(`${wanted}/`);
}

function isHidden(path: string, hidden: ReadonlySet<string>): boolean {
  return [...hidden].some((folder) => path === folder || path.startsWith(`${folder}/`));
}

function blobPath(layout: string, digest: string): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new ImageError(`the image names a blob "${digest}", which is no digest`);
  return join(layout, "blobs/sha256", digest.slice(7));
}

async function readJson(path: string): Promise<object> {
  const value: unknown = JSON.parse(await readFile(path, "utf8"));
  if (typeof value !== "object" || value === null) throw new ImageError("a part of the image is no JSON object");
  return value;
}
