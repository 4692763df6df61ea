import { type ImageInfo, imageInfo } from "@peapod/qemu/node";
import { VolumeError } from "./volume-error.ts";

/** @throws {VolumeError} for a file that is no disk image, or one that QEMU would refuse to write to */
export async function readInfo(name: string, path: string, signal: AbortSignal): Promise<ImageInfo> {
  const info = await imageInfo(path, { signal }).catch((cause: unknown): ImageInfo => {
    signal.throwIfAborted();
    throw new VolumeError(name, `${path} is damaged or no disk image`, `qemu-img check ${path}`, { cause });
  });
  if (info.isCorrupt) throw new VolumeError(name, `${path} is damaged`, `qemu-img check -r all ${path}`);
  return info;
}
