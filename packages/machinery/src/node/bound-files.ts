import { copyFile, stat, truncate } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

export interface BoundFilesOptions {
  /** Asked anew each time; a file that is not there is left out. */
  readonly paths: () => readonly string[];
  /** A file larger than this becomes `<path>.1`, and is empty again. */
  readonly maxBytes: number;
  readonly everyMs: number;
  readonly signal: AbortSignal;
  /** A file that cannot be looked after is tried again next time. */
  readonly onError: (path: string, error: unknown) => void;
}

/**
 * Keeps files bounded that others write without an end, logs above all. Writers keep their descriptor, so they have to append
 * (O_APPEND): what is written between the copy and the emptying is lost.
 */
export async function keepFilesBounded(options: BoundFilesOptions): Promise<void> {
  const { paths, maxBytes, everyMs, signal, onError } = options;
  const isOver = (): Promise<boolean> => delay(everyMs, false, { signal, ref: false }).catch(() => true);
  while (!(await isOver())) {
    for (const path of paths()) await boundFile(path, maxBytes).catch((error: unknown) => onError(path, error));
  }
}

/** @returns whether the file was too large and has been emptied */
export async function boundFile(path: string, maxBytes: number): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined || found.size <= maxBytes) return false;
  await copyFile(path, `${path}.1`);
  await truncate(path);
  return true;
}
