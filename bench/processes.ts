import { readdirSync, readFileSync, statSync } from "node:fs";

export interface ProcessMemory {
  readonly pid: number;
  /** As the kernel names it, at most 15 characters. */
  readonly name: string;
  /** Pages that it shares with others count as its share of them. */
  readonly pssBytes: number;
  readonly rssBytes: number;
}

/** @returns undefined when it is gone, or is a thread of the kernel */
export function memoryOf(pid: number): ProcessMemory | undefined {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    const bytesOf = (field: string): number =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(rollup)?.[1]) * 1024;
    const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    return { pid, name, pssBytes: bytesOf("Pss"), rssBytes: bytesOf("Rss") };
  } catch {
    return undefined;
  }
}

/** Every process that is in one of these groups or in that network namespace: all that a pod consists of. */
export function processesOf(pod: {
  readonly netnsPath: string;
  readonly cgroupPaths: readonly string[];
}): readonly number[] {
  const namespace = statSync(pod.netnsPath).ino;
  const inNamespace = allProcesses().filter((pid) => inodeOf(`/proc/${pid}/ns/net`) === namespace);
  const inGroups = pod.cgroupPaths.flatMap((path) => readFileSync(`${path}/cgroup.procs`, "utf8").split("\n"));
  return [...new Set([...inNamespace, ...inGroups.filter((line) => line !== "").map(Number)])];
}

/** When a process was started, in milliseconds since 1970. The kernel counts in hundredths of a second. */
export function startedAt(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const ticks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  const uptimeSeconds = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
  return Date.now() - uptimeSeconds * 1000 + ticks * 10;
}

function allProcesses(): readonly number[] {
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

function inodeOf(path: string): number | undefined {
  try {
    return statSync(path).ino;
  } catch {
    return undefined;
  }
}
