import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, open } from "node:fs/promises";
import { ImageError, isDiskFull } from "./types.ts";

/** Shares blocks where the filesystem can; what was copied is on disk before it is given a name. */
export async function copyDisk(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    await using file = await open(to, "r+");
    await file.chmod(0o644);
    await file.sync();
  } catch (cause) {
    throw new ImageError(`Cannot import "${from}": ${whyNot(cause)}`, { cause });
  }
}

function whyNot(error: unknown): string {
  if (isDiskFull(error)) return "the disk is full";
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "there is no such file";
  return code === "EISDIR" ? "it is a folder" : "it cannot be read";
}

/** @returns the sha256 of a file, in hexadecimal */
export async function hashFile(path: string, signal: AbortSignal): Promise<string> {
  await using file = await open(path, "r");
  const sum = createHash("sha256");
  for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024 })) {
    signal.throwIfAborted();
    sum.update(chunk);
  }
  return sum.digest("hex");
}
