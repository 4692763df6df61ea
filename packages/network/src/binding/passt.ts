import { lstat, readFile, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "@peapod/machinery/node";
import type { Attachment } from "../attachment.ts";

export interface PasstOptions {
  readonly netnsPath: string;
  /** The guest's run folder: passt runs as the guest's user, and keeps its pid file and its log beside QEMU's socket. */
  readonly runDir: string;
  readonly cgroupPaths: readonly string[];
  readonly uid: number;
  readonly gid: number;
  readonly signal?: AbortSignal | undefined;
}

export interface PasstFiles {
  /** QEMU listens here. */
  readonly socket: string;
  readonly pid: string;
  /** At most 1 MiB, passt sees to that. */
  readonly log: string;
}

/** @param podInterface  names the files: a pod may have several */
export function passtFiles(runDir: string, podInterface: string): PasstFiles {
  const path = (ending: string): string => join(runDir, `passt-${podInterface}.${ending}`);
  return { socket: path("sock"), pid: path("pid"), log: path("log") };
}

/** Joins the groups, enters the namespace, gives up root, and becomes passt, which detaches itself when its ports are open. */
const script = `net=$1 uid=$2 gid=$3 groups=$4
shift 4
IFS='
'
for group in $groups; do echo 0 > "$group/cgroup.procs"; done
exec nsenter --net="$net" setpriv --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all passt "$@"`;

/**
 * Sees to it that a passt speaks for an interface whose QEMU listens. One that already does is left alone. It is handed its end of
 * the connection, and goes when QEMU does; while it runs it needs nobody.
 *
 * @throws {ProgramError} with passt's own words when it cannot start: a port that is taken, for instance
 */
export async function ensurePasst(
  attachment: Pick<Attachment, "podInterfaceName" | "passtArguments">,
  options: PasstOptions,
): Promise<void> {
  const { netnsPath, runDir, cgroupPaths, uid, gid, signal } = options;
  const { passtArguments } = attachment;
  const files = passtFiles(runDir, attachment.podInterfaceName);
  if (!passtArguments || (await findPasst(files)) !== undefined) return;
  await Promise.all([files.pid, files.log].map((path) => rm(path, { force: true })));
  using connection = await connectTo(files.socket, uid);
  const own = ["-q", "-F", "3", "-P", files.pid, "-l", files.log];
  const identity = [netnsPath, String(uid), String(gid), cgroupPaths.join("\n")];
  await run(["sh", "-c", script, "sh", ...identity, ...own, ...passtArguments], {
    socket: connection.socket,
    signal,
    timeoutMs: 20_000,
  });
}

/** Its pid, when the process of the pid file is really it: numbers are used again. */
export async function findPasst(files: PasstFiles): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(files.pid, "utf8").catch(() => ""), 10);
  if (!(pid > 1)) return undefined;
  const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
  return words[0] === "passt" && words.includes(files.pid) ? pid : undefined;
}

/** Ends a passt and waits until it is gone; nothing running counts as done. */
export async function stopPasst(files: PasstFiles): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const pid = await findPasst(files);
    if (pid === undefined) return;
    try {
      process.kill(pid, attempt < 100 ? "SIGTERM" : "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
    await sleep(attempt === 0 ? 2 : 20);
  }
}

/** We are root and the folder is the guest's: only a socket that its own user made is connected to. */
async function connectTo(path: string, uid: number): Promise<Disposable & { readonly socket: Socket }> {
  const entry = await lstat(path);
  if (!entry.isSocket() || entry.uid !== uid) throw new Error(`Cannot connect to "${path}": it is not QEMU's socket`);
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  socket.on("error", () => {}); // from now on it is passt's
  return { socket, [Symbol.dispose]: () => void socket.destroy() };
}
