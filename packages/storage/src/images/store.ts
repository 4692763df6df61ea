import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { formatError, type Log } from "@peapod/machinery";
import { defineCheckpoints, reached, syncFolder } from "@peapod/machinery/node";
import { checkDisk } from "./check-disk.ts";
import { copyDisk, hashFile } from "./import-file.ts";
import { openLock } from "./lock.ts";
import { askRegistry, fetchDisk } from "./pull.ts";
import { openRecords } from "./records.ts";
import { normalizeReference, parseReference } from "./reference.ts";
import { openScratch } from "./scratch.ts";
import { createShared } from "./share.ts";
import { ImageError, type PullOptions, type PullProgress, type StoredDisk, type StoredImage } from "./types.ts";

/** Images on this machine: each disk once, under the digest of what it came from; references point at them. */
export interface ImageStore {
  /** @throws {ImageReferenceError} */
  find(reference: string): StoredImage | undefined;
  findDisk(reference: string, pathInImage?: string): StoredDisk | undefined;
  list(): readonly StoredImage[];
  /** Puts a disk (raw or qcow2) under a reference. Running guests keep what they have. */
  importDisk(reference: string, file: string, signal: AbortSignal): Promise<StoredImage>;
  /**
   * Brings what the reference means now at its registry; a disk that is here already costs one question. Callers who ask for the same
   * share one pull.
   */
  pull(reference: string, options: PullOptions): Promise<StoredDisk>;
  /** Forgets the reference, and its disks unless another reference has them; guests keep theirs. @returns whether there was one */
  remove(reference: string): Promise<boolean>;
}

export interface ImageStoreOptions {
  /** `D/images` */
  readonly dir: string;
  readonly log: Log;
  readonly now?: () => Date;
}

defineCheckpoints(["images/copy", "images/extract", "images/place", "images/record"]);

/**
 * Opens the store. Several processes may have it open; what one that died left unfinished is removed.
 *
 * Guests do not count as users of a disk: each holds a link of its own to it (see `prepareVolume`), so a disk may be forgotten
 * here at any time.
 */
export async function openImageStore({ dir, log, now = () => new Date() }: ImageStoreOptions): Promise<ImageStore> {
  const at = { refs: join(dir, "refs"), disks: join(dir, "disks"), scratch: join(dir, "tmp") };
  for (const folder of Object.values(at)) await mkdir(folder, { recursive: true, mode: 0o711 });
  const records = openRecords(at.refs);
  const scratch = await openScratch(at.scratch);
  const lock = openLock(join(dir, "lock"));
  const pulls = createShared<StoredDisk, PullProgress>();

  /** Changes what is stored, one at a time; what is no longer needed is out of sight at once, its blocks are freed afterwards. */
  const change = <T>(work: () => Promise<T>): Promise<T> =>
    scratch.use((trash) =>
      lock.hold(async () => {
        const result = await work();
        const needed = new Set(records.readAll().flatMap(({ disks }) => disks.map(folderOf)));
        const unused = (await readdir(at.disks)).filter((name) => !needed.has(name));
        for (const name of unused) await rename(join(at.disks, name), join(trash, name));
        if (unused.length > 0) log.info("unused disks removed", { disks: unused });
        return result;
      }),
    );
  await change(async () => {}); // a disk that was placed and never recorded

  /** Moves a checked disk to its place and points the reference at it, in one go as far as others can see. */
  const keep = (file: string, disk: StoredDisk, isImported: boolean, reference: string): Promise<StoredImage> =>
    change(async () => {
      if (!existsSync(disk.path)) {
        await mkdir(dirname(disk.path), { recursive: true, mode: 0o711 });
        await rename(file, disk.path);
        await syncFolder(dirname(disk.path));
        await syncFolder(at.disks);
      }
      reached("images/place");
      return await point(reference, disk, isImported);
    });

  /** Inside a change: disks of the same image taken out by other paths stay beside this one. */
  const point = async (reference: string, disk: StoredDisk, isImported: boolean): Promise<StoredImage> => {
    const before = records.read(reference);
    const others = before?.imageId === disk.imageId ? before.disks.filter(({ path }) => path !== disk.path) : [];
    const { imageId } = disk;
    const image = { reference, imageId, isImported, addedAt: now().toISOString(), disks: [...others, disk] };
    await records.write(image);
    reached("images/record");
    return image;
  };

  const place = async (
    file: string,
    imageId: string,
    pathInImage: string,
    signal: AbortSignal,
  ): Promise<StoredDisk> => {
    const checked = await checkDisk(file, signal);
    const { size } = await stat(file);
    const path = join(at.disks, folderName(imageId, pathInImage), "disk");
    return { imageId, pathInImage, path, ...checked, sizeBytes: size };
  };

  const pullNow = (reference: string, options: PullOptions): Promise<StoredDisk> =>
    scratch.use(async (folder) => {
      const { pathInImage = "", signal } = options;
      const { access, resolved } = await askRegistry(parseReference(reference), folder, options);
      const known = records
        .readAll()
        .flatMap(({ disks }) => disks)
        .find((disk) => disk.imageId === resolved.digest && disk.pathInImage === pathInImage);
      if (known) {
        const isKept = await change(async () => {
          if (!existsSync(known.path)) return false; // forgotten a moment ago
          await point(reference, known, false);
          return true;
        });
        if (isKept) return known;
      }
      const file = await fetchDisk(access, resolved, folder, options);
      const disk = await place(file, resolved.digest, pathInImage, signal).catch((cause: unknown): StoredDisk => {
        signal.throwIfAborted();
        if (cause instanceof ImageError) throw new ImageError(`Cannot use "${reference}": ${formatError(cause)}`);
        throw cause;
      });
      await keep(file, disk, false, reference);
      return disk;
    });

  const find = (reference: string): StoredImage | undefined => records.read(normalizeReference(reference));
  return {
    find,
    findDisk(reference, pathInImage = "") {
      const image = find(reference);
      // What was imported is a disk by itself, whatever path the manifest asks for inside an image.
      return image?.disks.find((disk) => image.isImported || disk.pathInImage === pathInImage);
    },
    list: () => records.readAll().toSorted((a, b) => a.reference.localeCompare(b.reference)),
    importDisk(reference, file, signal) {
      const normal = normalizeReference(reference);
      return scratch.use(async (folder) => {
        const copy = join(folder, "disk");
        await copyDisk(file, copy);
        const imageId = `sha256:${await hashFile(copy, signal)}`;
        const disk = await place(copy, imageId, "", signal).catch((cause: unknown): StoredDisk => {
          signal.throwIfAborted();
          throw new ImageError(`Cannot import "${file}"`, { cause });
        });
        return await keep(copy, disk, true, normal);
      });
    },
    async pull(reference, options) {
      const normal = normalizeReference(reference);
      const key = JSON.stringify([normal, options.pathInImage ?? "", options.dockerConfig]);
      return await pulls.join(key, options, (signal, onProgress) =>
        pullNow(normal, { ...options, signal, onProgress }),
      );
    },
    async remove(reference) {
      const normal = normalizeReference(reference);
      return await change(async () => {
        const isThere = records.read(normal) !== undefined;
        await records.remove(normal);
        return isThere;
      });
    },
  };
}

function folderOf({ path }: StoredDisk): string {
  return basename(dirname(path));
}

/** One folder a disk: an image may hold several. */
function folderName(imageId: string, pathInImage: string): string {
  return `${imageId.replace(":", "-")}-${createHash("sha256").update(pathInImage).digest("hex").slice(0, 8)}`;
}
