import { mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A process of ours, recognised beyond doubt: pids are reused, a pid with its start time is not within one boot. */
export interface ProcessRecord {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat, in clock ticks since boot. */
  readonly startTime: string;
}

/** @returns undefined when there is no such process (a zombie counts as gone) */
export function startTimeOf(pid: number, procRoot = "/proc"): string | undefined {
  try {
    const stat = readFileSync(`${procRoot}/${pid}/stat`, "utf8");
    // The command name in parentheses may hold anything, spaces and parentheses too.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export function recordProcess(path: string, pid: number): void {
  const record: ProcessRecord = { pid, startTime: startTimeOf(pid) ?? "" };
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  writeFileSync(`${path}.new`, JSON.stringify(record));
  renameSync(`${path}.new`, path);
}

/** The recorded process if it is still the same and alive. */
export function findRecordedProcess(path: string): ProcessRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(path, "utf8")) as ProcessRecord; // written by recordProcess, atomically
    return startTimeOf(record.pid) === record.startTime && record.startTime !== "" ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Its folder goes too where nothing else is in it: a start that failed leaves nothing behind. */
export function forgetProcess(path: string): void {
  rmSync(path, { force: true });
  try {
    rmdirSync(dirname(path));
  } catch {
    // Others keep their files there.
  }
}

/** TERM, a while, then KILL. Resolves when the process is gone. */
export async function endProcess(record: ProcessRecord, graceMs: number): Promise<void> {
  const isAlive = (): boolean => startTimeOf(record.pid) === record.startTime;
  signal(record.pid, "SIGTERM");
  if (await becameTrue(() => !isAlive(), graceMs)) return;
  signal(record.pid, "SIGKILL");
  await becameTrue(() => !isAlive(), 10_000);
}

/** /proc offers no event for a process that is not our child: look every 20 ms. */
async function becameTrue(condition: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

function signal(pid: number, name: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already: what we wanted.
  }
}
