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
    const known = whyNot(cause);
    throw new ImageError(
      `Cannot import "${from}": ${known ?? "it cannot be read"}`,
      known === undefined ? { cause } : {},
    );
  }
}

/** What says all there is to say; for anything else the system's own words are the better help. */
function whyNot(error: unknown): string | undefined {
  if (isDiskFull(error)) return "the disk is full";
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "there is no such file";
  return code === "EISDIR" ? "it is a folder" : undefined;
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
