import { chmod, chown, lstat, mkdir, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import type { VirtualMachineVolume } from "@peapod/api";
import { reached, syncFolder } from "@peapod/machinery/node";
import { createImage, createOverlay, type ImageInfo, imageInfo } from "@peapod/qemu/node";
import type { ImageStore } from "../images/store.ts";
import type { PreparedDisk } from "../prepared-disk.ts";
import { planVolume, type VolumePlan } from "./plan.ts";
import { type Seed, writeSeedIso } from "./seed-iso.ts";
import { VolumeError } from "./volume-error.ts";

export interface VolumeContext {
  /** The guest's own folder for disks; its uid may enter it. */
  readonly dir: string;
  readonly images: Pick<ImageStore, "findDisk">;
  /** What a cloud-init volume holds; asked for those alone. */
  readonly seed: () => Promise<Seed>;
  /** Its disk is a CD-ROM. */
  readonly isCdrom: boolean;
  readonly uid: number;
  readonly gid: number;
  readonly signal: AbortSignal;
}

/**
 * Makes one volume ready: whole or not at all, and again the same after a death at any point.
 *
 * @returns undefined for a volume that has no disk on a node
 * @throws {VolumeError} naming the volume, what is true now and the way out
 */
export async function prepareVolume(
  volume: VirtualMachineVolume,
  context: VolumeContext,
): Promise<PreparedDisk | undefined> {
  const plan = planVolume(volume, context.isCdrom);
  await mkdir(context.dir, { recursive: true, mode: 0o711 });
  try {
    return await carryOut(volume.name, plan, context);
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof VolumeError) throw error;
    const isFull =
      error instanceof Error &&
      /ENOSPC|No space left on device/.test(`${error.message}${"stderr" in error ? error.stderr : ""}`);
    if (isFull)
      throw new VolumeError(volume.name, "the disk is full", `Free some space on the filesystem of ${context.dir}`);
    throw new VolumeError(volume.name, "its disk could not be made", "The cause is in the message", { cause: error });
  }
}

async function carryOut(name: string, plan: VolumePlan, context: VolumeContext): Promise<PreparedDisk | undefined> {
  const { dir, images, signal } = context;
  switch (plan.make) {
    case "overlay":
    case "image": {
      const disk = images.findDisk(plan.image, plan.pathInImage);
      if (!disk) {
        throw new VolumeError(
          name,
          `the image "${plan.image}" is not on this node`,
          "It is pulled again by itself; see the pod's events",
        );
      }
      if (plan.make === "image") {
        const { path, format, virtualSizeBytes } = disk;
        return {
          volumeName: name,
          path,
          format,
          blockDevice: false,
          backingPaths: [],
          readOnly: true,
          virtualSizeBytes,
        };
      }
      const path = join(dir, plan.file);
      await makeOnce(path, context, (target) =>
        createOverlay(target, { backing: disk.path, backingFormat: disk.format, signal }),
      );
      const info = await readInfo(name, path, signal);
      // A kept overlay stands on the disk it was made for, whatever the reference means today.
      const backing = info.backingFile ?? disk.path;
      return prepared(name, path, "qcow2", info, { backingPaths: [backing] });
    }
    case "empty": {
      const path = join(dir, plan.file);
      await makeOnce(path, context, (target) =>
        createImage(target, { format: "qcow2", sizeBytes: plan.sizeBytes, signal }),
      );
      return prepared(name, path, "qcow2", await readInfo(name, path, signal));
    }
    case "host":
      return prepareHostDisk(name, plan, context);
    case "seed": {
      const path = join(dir, plan.file);
      const seed = await context.seed();
      await makeOnce(path, context, (target) => writeSeedIso(seed, target, signal));
      const { size } = await stat(path);
      return {
        volumeName: name,
        path,
        format: "raw",
        blockDevice: false,
        backingPaths: [],
        readOnly: false,
        virtualSizeBytes: size,
      };
    }
    case "nothing":
      return undefined;
  }
}

/** The person's own file: it stays when the guest goes, and belongs to the guest's user while it runs. */
async function prepareHostDisk(
  name: string,
  plan: Extract<VolumePlan, { make: "host" }>,
  context: VolumeContext,
): Promise<PreparedDisk> {
  const { signal, uid, gid } = context;
  if (!isAbsolute(plan.path))
    throw new VolumeError(name, `"${plan.path}" is no absolute path`, "Give hostDisk.path from the root");
  let path = await realpath(plan.path).catch(() => undefined);
  if (path === undefined && plan.createBytes !== undefined) {
    const folder = await realpath(dirname(plan.path)).catch(() => undefined);
    if (folder === undefined) {
      throw new VolumeError(
        name,
        `the folder ${dirname(plan.path)} does not exist on this node`,
        "Make the folder, or change hostDisk.path",
      );
    }
    path = join(folder, basename(plan.path));
    await makeOnce(path, context, async (target) => {
      await using file = await open(target, "wx", 0o600);
      await file.truncate(plan.createBytes);
    });
  }
  if (path === undefined) {
    throw new VolumeError(
      name,
      `${plan.path} does not exist on this node`,
      "Put the disk there, or use type DiskOrCreate with a capacity",
    );
  }
  const kind = await lstat(path);
  if (!kind.isFile()) throw new VolumeError(name, `${plan.path} is no file`, "hostDisk.path names a disk image");
  // Only its owner changes: what was private stays private.
  if (kind.uid !== uid) await chown(path, uid, gid);
  const info = await readInfo(name, path, signal);
  const isOurs = info.format === "raw" || info.format === "qcow2";
  if (!isOurs || info.backingFile !== undefined || info.dataFile !== undefined) {
    throw new VolumeError(
      name,
      `${plan.path} is not a raw or self-contained qcow2 disk`,
      `qemu-img convert -O qcow2 ${plan.path} NEW`,
    );
  }
  return prepared(name, path, info.format === "qcow2" ? "qcow2" : "raw", info);
}

/** Under a temporary name first: a file with the right name is a finished one. */
async function makeOnce(
  path: string,
  { uid, gid }: VolumeContext,
  make: (target: string) => Promise<void>,
): Promise<void> {
  if (
    await stat(path).then(
      () => true,
      () => false,
    )
  )
    return;
  const temporary = join(dirname(path), `.${basename(path)}.new`);
  await rm(temporary, { force: true });
  await make(temporary);
  await chmod(temporary, 0o600);
  await chown(temporary, uid, gid);
  reached("volumes/make");
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

async function readInfo(name: string, path: string, signal: AbortSignal): Promise<ImageInfo> {
  try {
    return await imageInfo(path, { signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new VolumeError(name, `${path} is damaged or no disk image`, `qemu-img check ${path}`, { cause });
  }
}

function prepared(
  volumeName: string,
  path: string,
  format: PreparedDisk["format"],
  { virtualSizeBytes }: ImageInfo,
  more: Partial<Pick<PreparedDisk, "backingPaths">> = {},
): PreparedDisk {
  return { volumeName, path, format, blockDevice: false, backingPaths: [], readOnly: false, virtualSizeBytes, ...more };
}
