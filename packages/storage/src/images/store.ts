import { createHash, randomBytes } from "node:crypto";
import { constants, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { copyFile, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { formatError, type Log } from "@peapod/machinery";
import { reached, syncFolder, writeFileDurably } from "@peapod/machinery/node";
import { imageInfo } from "@peapod/qemu/node";
import { extractDisk } from "./extract.ts";
import { normalizeReference, parseReference } from "./reference.ts";
import { copyToLayout, resolveDigest } from "./skopeo.ts";
import { ImageError, type PullOptions, type StoredDisk, type StoredImage } from "./types.ts";

/** Images on this machine: each disk once, under the digest of what it came from; references point at them. */
export interface ImageStore {
  /** @throws {ImageReferenceError} */
  find(reference: string): StoredImage | undefined;
  findDisk(reference: string, pathInImage?: string): StoredDisk | undefined;
  list(): readonly StoredImage[];
  /** Puts a disk (raw or qcow2) under a reference. Running guests keep what they have. */
  importDisk(reference: string, file: string, signal: AbortSignal): Promise<StoredImage>;
  /** Brings what the reference means now at its registry; a disk that is here already costs one question. */
  pull(reference: string, options: PullOptions): Promise<StoredDisk>;
  /** Forgets the reference, and its disks unless another reference or a guest still has them. @returns whether there was one */
  remove(reference: string): Promise<boolean>;
}

export interface ImageStoreOptions {
  /** `D/images` */
  readonly dir: string;
  readonly log: Log;
  readonly now?: () => Date;
  /** Paths of disks that guests' overlays stand on. */
  readonly usedPaths?: () => Promise<ReadonlySet<string>>;
}

/** Opens the store; half-made downloads of a run that was killed are removed. */
export async function openImageStore({
  dir,
  log,
  now = () => new Date(),
  usedPaths,
}: ImageStoreOptions): Promise<ImageStore> {
  const at = { refs: join(dir, "refs"), disks: join(dir, "disks"), temporary: join(dir, "tmp") };
  for (const folder of Object.values(at)) await mkdir(folder, { recursive: true, mode: 0o711 });
  await removeLeftovers(at.temporary);
  let images: Map<string, StoredImage> = new Map();
  let readAt = -1;

  /** Another process (`peapod image import` beside the agent) may have changed the folder. */
  const refresh = (): void => {
    const { mtimeMs } = statSync(at.refs);
    if (mtimeMs === readAt) return;
    images = readImages(at.refs);
    // A folder changed this moment may change again within the clock's grain.
    readAt = Date.now() - mtimeMs > 50 ? mtimeMs : -1;
  };
  refresh();

  const save = async (image: StoredImage): Promise<StoredImage> => {
    await writeFileDurably(
      join(at.refs, `${hash(image.reference)}.json`),
      JSON.stringify({ formatVersion: 1, ...image }),
    );
    refresh();
    return image;
  };

  /** Moves a finished disk to its place, whole and on disk. */
  const keep = async (file: string, imageId: string, pathInImage: string, signal: AbortSignal): Promise<StoredDisk> => {
    const info = await imageInfo(file, { signal }).catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new ImageError("its disk is neither qcow2 nor raw, or is damaged", { cause });
    });
    const { format } = info;
    if (format !== "qcow2" && format !== "raw")
      throw new ImageError(`its disk is ${format}; only qcow2 and raw are taken`);
    if (info.backingFile !== undefined) throw new ImageError(`its disk stands on another file ("${info.backingFile}")`);
    if (info.dataFile !== undefined)
      throw new ImageError(`its disk keeps its data in another file ("${info.dataFile}")`);
    if (info.encrypted) throw new ImageError("its disk is encrypted");
    const folder = join(at.disks, `${imageId.replace(":", "-")}-${hash(pathInImage).slice(0, 8)}`);
    const path = join(folder, "disk");
    await mkdir(folder, { recursive: true, mode: 0o711 });
    const { size } = await stat(file);
    await rename(file, path);
    await syncFolder(folder);
    await syncFolder(at.disks);
    reached("images/keep");
    return { imageId, pathInImage, path, format, virtualSizeBytes: info.virtualSizeBytes, sizeBytes: size };
  };

  const inTemporary = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
    const folder = join(at.temporary, `${process.pid}-${randomBytes(8).toString("hex")}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

  const collect = async (disks: readonly StoredDisk[]): Promise<void> => {
    const referenced = new Set([...images.values()].flatMap((image) => image.disks.map(({ path }) => path)));
    const used = (await usedPaths?.()) ?? new Set();
    for (const { path } of disks) {
      if (!referenced.has(path) && !used.has(path)) await rm(join(path, ".."), { recursive: true, force: true });
    }
  };

  const find = (reference: string): StoredImage | undefined => {
    refresh();
    return images.get(normalizeReference(reference));
  };
  const store: ImageStore = {
    find,
    findDisk: (reference, pathInImage = "") => {
      const image = find(reference);
      // What was imported is a disk by itself, whatever path the manifest asks for inside an image.
      return image?.disks.find((disk) => image.isImported || disk.pathInImage === pathInImage);
    },
    list: () => {
      refresh();
      return [...images.values()].toSorted((a, b) => a.reference.localeCompare(b.reference));
    },
    async importDisk(reference, file, signal) {
      const normal = normalizeReference(reference);
      return await inTemporary(async (folder) => {
        const copy = join(folder, "disk");
        await copyDisk(file, copy);
        const imageId = `sha256:${await hashFile(copy, signal)}`;
        const disk = await keep(copy, imageId, "", signal).catch((cause: unknown) => {
          signal.throwIfAborted();
          throw new ImageError(`Cannot import "${file}"`, { cause });
        });
        const before = find(normal);
        const image = await save({
          reference: normal,
          imageId,
          isImported: true,
          addedAt: now().toISOString(),
          disks: [disk],
        });
        if (before) await collect(before.disks);
        return image;
      });
    },
    async pull(reference, { pathInImage = "", dockerConfig, signal, onProgress }) {
      const parsed = parseReference(reference);
      const normal = normalizeReference(reference);
      return await inTemporary(async (folder) => {
        const authFile = dockerConfig === undefined ? undefined : join(folder, "auth.json");
        if (authFile !== undefined && dockerConfig !== undefined)
          await writeFileDurably(authFile, dockerConfig, { mode: 0o600 });
        const access = { reference: parsed, authFile, signal };
        const imageId = await resolveDigest(access);
        const before = find(normal);
        const known = findStored(images, imageId, pathInImage);
        const disk = known ?? (await fetchDisk(access, imageId, pathInImage, folder, onProgress));
        const others =
          before?.imageId === imageId ? before.disks.filter((other) => other.pathInImage !== pathInImage) : [];
        await save({
          reference: normal,
          imageId,
          isImported: false,
          addedAt: now().toISOString(),
          disks: [...others, disk],
        });
        if (before && before.imageId !== imageId) await collect(before.disks);
        return disk;
      });
    },
    async remove(reference) {
      const normal = normalizeReference(reference);
      const image = find(normal);
      if (!image) return false;
      await rm(join(at.refs, `${hash(normal)}.json`), { force: true });
      refresh();
      await collect(image.disks);
      return true;
    },
  };

  const fetchDisk = async (
    access: Parameters<typeof resolveDigest>[0],
    imageId: string,
    pathInImage: string,
    folder: string,
    onProgress: PullOptions["onProgress"],
  ): Promise<StoredDisk> => {
    const { signal } = access;
    const { tag: _, ...place } = access.reference;
    const exact = { ...access, reference: { ...place, digest: imageId } };
    const layout = join(folder, "layout");
    await copyToLayout(exact, layout, onProgress);
    reached("images/copy");
    const out = join(folder, "disk");
    try {
      await extractDisk(layout, pathInImage, out, signal);
      reached("images/extract");
      return await keep(out, imageId, pathInImage, signal);
    } catch (cause) {
      signal.throwIfAborted();
      if (isDiskFull(cause))
        throw new ImageError(`Cannot unpack "${normalizeText(access)}": the disk is full`, { cause });
      if (cause instanceof ImageError)
        throw new ImageError(`Cannot use "${normalizeText(access)}": ${formatError(cause)}`);
      throw cause;
    }
  };
  log.debug("image store opened", { images: images.size });
  return store;
}

function normalizeText({ reference }: Parameters<typeof resolveDigest>[0]): string {
  return `${reference.registry}/${reference.repository}${reference.digest ? `@${reference.digest}` : `:${reference.tag}`}`;
}

function findStored(
  images: ReadonlyMap<string, StoredImage>,
  imageId: string,
  pathInImage: string,
): StoredDisk | undefined {
  for (const image of images.values()) {
    const disk = image.disks.find((one) => one.imageId === imageId && one.pathInImage === pathInImage);
    if (disk && !image.isImported) return disk;
  }
  return undefined;
}

function readImages(folder: string): Map<string, StoredImage> {
  const images = new Map<string, StoredImage>();
  for (const name of readdirSync(folder)) {
    if (!/^[0-9a-f]{64}\.json$/.test(name)) continue;
    const image = JSON.parse(readFileSync(join(folder, name), "utf8")) as StoredImage; // written by save, whole or not at all
    if (image.disks.every(({ path }) => existsSync(path))) images.set(image.reference, image);
  }
  return images;
}

/** Of processes that were killed in the middle; another living process may be downloading right now. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!isRunning(Number.parseInt(name, 10))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Shares blocks where the filesystem can; what was copied is on disk before it is given a name. */
async function copyDisk(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  } catch (cause) {
    if (isDiskFull(cause)) throw new ImageError(`Cannot import "${from}": the disk is full`, { cause });
    throw new ImageError(
      `Cannot import "${from}": ${cause instanceof Error && "code" in cause && cause.code === "ENOENT" ? "there is no such file" : "it cannot be read"}`,
      { cause },
    );
  }
  await using file = await open(to, "r+");
  await file.chmod(0o644);
  await file.sync();
}

async function hashFile(path: string, signal: AbortSignal): Promise<string> {
  await using file = await open(path, "r");
  const sum = createHash("sha256");
  for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024 })) {
    signal.throwIfAborted();
    sum.update(chunk);
  }
  return sum.digest("hex");
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOSPC";
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
