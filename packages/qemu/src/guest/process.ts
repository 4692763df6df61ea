import { readdir, readFile } from "node:fs/promises";

/** One process for good: a pid alone may come to mean another process, and after a reboot everything does. */
export interface ProcessIdentity {
  readonly bootId: string;
  readonly pid: number;
  /** Clock ticks after boot at which it started, as /proc shows them. */
  readonly startTime: string;
}

/** Changes with every boot of the machine. */
export async function readBootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

/** @returns undefined when there is no such process, or only its exit status is left */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (stat === undefined) return undefined;
  // The name in parentheses may hold anything; after it come state (3rd field) … start time (22nd).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, startTime] = [fields[0], fields[19]];
  if (state === "Z" || state === "X" || startTime === undefined) return undefined;
  return { bootId: await readBootId(), pid, startTime };
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await identifyProcess(identity.pid);
  return now !== undefined && now.startTime === identity.startTime && now.bootId === identity.bootId;
}

/**
 * Every process that was started to become the QEMU with this pid file, however far it got: how a start is found again whose record
 * was never written. Helpers of the launcher are not among them; they share its process group.
 */
export async function findGuestProcesses(pidFile: string): Promise<readonly ProcessIdentity[]> {
  const found: ProcessIdentity[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const commandLine = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "");
    const argv = commandLine.split("\0");
    const flag = argv.lastIndexOf("-pidfile");
    if (flag < 0 || argv[flag + 1] !== pidFile) continue;
    const identity = await identifyProcess(Number(name));
    if (identity !== undefined) found.push(identity);
  }
  return found;
}

/** Ends a process and what shares its process group, at once. Done when none of it runs. */
export async function killProcess(
  identity: ProcessIdentity,
  options: { readonly waitMs?: number } = {},
): Promise<void> {
  const { waitMs = 10_000 } = options;
  if (!(await isAlive(identity))) return;
  for (const target of [-identity.pid, identity.pid]) {
    try {
      process.kill(target, "SIGKILL");
    } catch (error) {
      // ESRCH: it leads no group, or ended by itself.
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }
  if (!(await waitForExit(identity, waitMs))) {
    throw new Error(`Cannot end process ${identity.pid}: it is still there ${waitMs} ms after SIGKILL`);
  }
}

/** @returns whether it ended within the time. It need not be a child of ours, so there is nothing to wait on but /proc. */
export async function waitForExit(
  identity: ProcessIdentity,
  waitMs: number,
  signal?: AbortSignal | undefined,
): Promise<boolean> {
  const end = performance.now() + waitMs;
  while (await isAlive(identity)) {
    signal?.throwIfAborted();
    if (performance.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}
