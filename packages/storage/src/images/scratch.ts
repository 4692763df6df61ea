import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** A place for unfinished work, on the filesystem where it will stay. */
export interface Scratch {
  /** The folder is private to root and goes when the work ends. */
  use<T>(work: (folder: string) => Promise<T>): Promise<T>;
}

/** Opens the place and removes what processes left there that are no more. */
export async function openScratch(folder: string): Promise<Scratch> {
  for (const name of await readdir(folder)) {
    const [pid, startTime] = name.split("-");
    if (startTimeOf(pid ?? "") !== startTime || startTime === undefined) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
  return {
    async use(work) {
      const own = join(folder, `${process.pid}-${startTimeOf("self")}-${randomBytes(6).toString("hex")}`);
      await mkdir(own, { mode: 0o700 });
      try {
        return await work(own);
      } finally {
        await rm(own, { recursive: true, force: true });
      }
    },
  };
}

/** Field 22 of /proc/PID/stat: pids are used again, a pid with its start time is not. */
function startTimeOf(pid: string): string | undefined {
  if (!/^(\d+|self)$/.test(pid)) return undefined;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything.
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
