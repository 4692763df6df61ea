import { randomBytes } from "node:crypto";
import { chmod, chown, link, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { defineCheckpoints, reached, syncFolder } from "@peapod/machinery/node";

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

defineCheckpoints(["volumes/make"]);

/**
 * Makes a file unless it is there: under a temporary name first, so that a file with the right name is a finished one, also after a
 * death in between.
 *
 * @param make  writes a new file at the path it is given
 */
export async function makeOnce(path: string, owner: Owner, make: (target: string) => Promise<void>): Promise<void> {
  if (await exists(path)) return;
  const temporary = join(dirname(path), `.${basename(path)}.new`);
  await rm(temporary, { force: true });
  await make(temporary);
  await chmod(temporary, 0o600);
  await chown(temporary, owner.uid, owner.gid);
  reached("volumes/make");
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** As {@link makeOnce}, in a folder that is not ours: whoever else makes the same file at the same time is not overwritten. */
export async function makeBeside(path: string, owner: Owner, make: (target: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.new`);
  try {
    await make(temporary);
    await chmod(temporary, 0o600);
    await chown(temporary, owner.uid, owner.gid);
    await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    await syncFolder(dirname(path));
  } finally {
    await rm(temporary, { force: true });
  }
}

export async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
