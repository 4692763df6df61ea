import { constants } from "node:fs";
import { copyFile, link, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { createOverlay } from "@peapod/qemu/node";
import type { ImageStore } from "../images/store.ts";
import type { StoredDisk } from "../images/types.ts";
import type { PreparedDisk } from "../prepared-disk.ts";
import { exists, makeOnce, type Owner } from "./make-once.ts";
import type { VolumePlan } from "./plan.ts";
import { readInfo } from "./read-info.ts";
import { VolumeError } from "./volume-error.ts";

interface Context extends Owner {
  readonly dir: string;
  readonly images: Pick<ImageStore, "findDisk">;
  readonly signal: AbortSignal;
}

/** A layer of the guest's own over the image's disk. One that is there stands on what it was made for, whatever the image is today. */
export async function prepareOverlay(
  name: string,
  plan: Extract<VolumePlan, { make: "overlay" }>,
  context: Context,
): Promise<PreparedDisk> {
  const path = join(context.dir, plan.file);
  await makeOnce(path, context, async (target) => {
    const disk = findDisk(name, plan, context);
    const backing = await linkDisk(name, plan.image, disk, context.dir);
    await createOverlay(target, { backing, backingFormat: disk.format, signal: context.signal });
  });
  const { virtualSizeBytes, backingFile } = await readInfo(name, path, context.signal);
  const backingPaths = backingFile === undefined ? [] : [backingFile];
  return {
    volumeName: name,
    path,
    format: "qcow2",
    blockDevice: false,
    backingPaths,
    readOnly: false,
    virtualSizeBytes,
  };
}

/** The image's disk as it is, for a CD-ROM. */
export async function prepareImage(
  name: string,
  plan: Extract<VolumePlan, { make: "image" }>,
  context: Context,
): Promise<PreparedDisk> {
  const disk = findDisk(name, plan, context);
  const path = await linkDisk(name, plan.image, disk, context.dir);
  const { format, virtualSizeBytes } = disk;
  return { volumeName: name, path, format, blockDevice: false, backingPaths: [], readOnly: true, virtualSizeBytes };
}

function findDisk(
  name: string,
  { image, pathInImage }: { readonly image: string; readonly pathInImage: string },
  { images }: Context,
): StoredDisk {
  const disk = images.findDisk(image, pathInImage);
  if (disk) return disk;
  throw new VolumeError(
    name,
    `the image "${image}" is not on this node`,
    "It is pulled again by itself; see the pod's events",
  );
}

/**
 * Gives the guest a link of its own to a disk of the image store, so that the store may forget the disk while the guest lives. The
 * name holds the image's digest.
 */
async function linkDisk(name: string, image: string, disk: StoredDisk, dir: string): Promise<string> {
  const path = join(dir, `${name}.${disk.imageId.replace(":", "-")}.base`);
  if (await exists(path)) return path;
  try {
    await link(disk.path, path);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "EEXIST") return path;
    if (code === "ENOENT") {
      throw new VolumeError(name, `the image "${image}" was just removed`, "It is pulled again by itself", { cause });
    }
    // On another filesystem, or one without links, or with too many of them: a copy does as well, and takes space.
    if (code !== "EXDEV" && code !== "EPERM" && code !== "EMLINK") throw cause;
    await copyFile(disk.path, `${path}.new`, constants.COPYFILE_FICLONE);
    await rename(`${path}.new`, path).finally(() => rm(`${path}.new`, { force: true }));
  }
  return path;
}
