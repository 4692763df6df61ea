import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { VirtualMachineVolume } from "@peapod/api";
import { createImage } from "@peapod/qemu/node";
import type { ImageStore } from "../images/store.ts";
import { isDiskFull } from "../images/types.ts";
import type { PreparedDisk } from "../prepared-disk.ts";
import { prepareImage, prepareOverlay } from "./container-disk.ts";
import { prepareHostDisk } from "./host-disk.ts";
import { makeOnce } from "./make-once.ts";
import { planVolume, type VolumePlan } from "./plan.ts";
import { readInfo } from "./read-info.ts";
import { type Seed, writeSeedIso } from "./seed-iso.ts";
import { VolumeError } from "./volume-error.ts";

export interface VolumeContext {
  /** The guest's own folder for disks; its uid may enter it. Removing it releases everything but host disks. */
  readonly dir: string;
  readonly images: Pick<ImageStore, "findDisk">;
  /** What a cloud-init volume holds; asked for those alone, once. */
  readonly seed: () => Promise<Seed>;
  /** Its disk is a CD-ROM. */
  readonly isCdrom: boolean;
  /** Folders, beside the system's own, where no host disk may lie: our data. */
  readonly reserved?: readonly string[] | undefined;
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
  try {
    await mkdir(context.dir, { recursive: true, mode: 0o711 });
    return await carryOut(volume.name, plan, context);
  } catch (cause) {
    context.signal.throwIfAborted();
    if (cause instanceof VolumeError) throw cause;
    if (isDiskFull(cause)) {
      const advice = `Free some space on the filesystem of ${context.dir}`;
      throw new VolumeError(volume.name, "the disk is full", advice, { cause });
    }
    throw new VolumeError(volume.name, "its disk could not be made", "The cause is in the message", { cause });
  }
}

async function carryOut(name: string, plan: VolumePlan, context: VolumeContext): Promise<PreparedDisk | undefined> {
  switch (plan.make) {
    case "overlay":
      return await prepareOverlay(name, plan, context);
    case "image":
      return await prepareImage(name, plan, context);
    case "empty":
      return await prepareEmpty(name, plan, context);
    case "host":
      return await prepareHostDisk(name, plan, context);
    case "seed":
      return await prepareSeed(name, plan, context);
    case "nothing":
      return undefined;
  }
}

async function prepareEmpty(
  name: string,
  plan: Extract<VolumePlan, { make: "empty" }>,
  context: VolumeContext,
): Promise<PreparedDisk> {
  const path = join(context.dir, plan.file);
  await makeOnce(path, context, (target) =>
    createImage(target, { format: "qcow2", sizeBytes: plan.sizeBytes, signal: context.signal }),
  );
  const { virtualSizeBytes } = await readInfo(name, path, context.signal);
  const kind = { format: "qcow2", blockDevice: false, readOnly: false } as const;
  return { volumeName: name, path, ...kind, backingPaths: [], virtualSizeBytes };
}

async function prepareSeed(
  name: string,
  plan: Extract<VolumePlan, { make: "seed" }>,
  context: VolumeContext,
): Promise<PreparedDisk> {
  const path = join(context.dir, plan.file);
  await makeOnce(path, context, async (target) => writeSeedIso(await context.seed(), target, context.signal));
  const { size } = await stat(path);
  // Writable, as upstream has it: a SATA disk cannot be read-only.
  const kind = { format: "raw", blockDevice: false, readOnly: false } as const;
  return { volumeName: name, path, ...kind, backingPaths: [], virtualSizeBytes: size };
}
