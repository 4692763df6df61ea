import { type ImageInfo, imageInfo } from "@peapod/qemu/node";
import { ImageError } from "./types.ts";

/**
 * Looks at a stranger's disk before a guest is put on it: what it says of other files would be read with our rights.
 *
 * @throws {ImageError} saying what is wrong with it
 */
export async function checkDisk(
  file: string,
  signal: AbortSignal,
): Promise<{ readonly format: "qcow2" | "raw"; readonly virtualSizeBytes: number }> {
  const info = await imageInfo(file, { signal }).catch((cause: unknown): ImageInfo => {
    signal.throwIfAborted();
    throw new ImageError("its disk is neither qcow2 nor raw, or is damaged", { cause });
  });
  const { format, virtualSizeBytes } = info;
  if (format !== "qcow2" && format !== "raw") {
    throw new ImageError(`its disk is ${format}; only qcow2 and raw are taken`);
  }
  if (info.backingFile !== undefined) throw new ImageError(`its disk stands on another file ("${info.backingFile}")`);
  if (info.dataFile !== undefined) throw new ImageError(`its disk keeps its data in another file ("${info.dataFile}")`);
  if (info.encrypted) throw new ImageError("its disk is encrypted");
  if (virtualSizeBytes === 0) throw new ImageError("its disk is empty");
  return { format, virtualSizeBytes };
}
