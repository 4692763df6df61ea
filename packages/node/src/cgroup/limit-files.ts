import type { CgroupLimits } from "./types.ts";

export interface LimitFile {
  /** v1: the hierarchy it is in. */
  readonly controller: string;
  readonly file: string;
  readonly value: string;
  /** Kernels without it are served too (swap accounting may be off). */
  readonly optional: boolean;
}

/** Controllers of v1 that a guest gets a group in. cpuset is not among them: a group there wants CPUs and memory nodes first. */
export const v1Controllers = [
  "cpu",
  "cpuacct",
  "memory",
  "devices",
  "freezer",
  "blkio",
  "pids",
  "name=systemd",
] as const;
export const v2Controllers = ["cpu", "memory", "pids", "io"] as const;

const periodMicros = 100_000;

export function limitFilesV1(limits: CgroupLimits): readonly LimitFile[] {
  const { memoryBytes, cpuCores, cpuRequestMillis, pids, devices } = limits;
  const file = (controller: string, name: string, value: string | number, optional = false): LimitFile => ({
    controller,
    file: name,
    value: String(value),
    optional,
  });
  return [
    file("cpu", "cpu.cfs_period_us", periodMicros),
    file("cpu", "cpu.cfs_quota_us", cpuCores === undefined ? -1 : Math.round(cpuCores * periodMicros)),
    // As the kubelet converts: 1024 shares a core, 2 at the least.
    file("cpu", "cpu.shares", Math.max(2, Math.floor(((cpuRequestMillis ?? 1000) * 1024) / 1000))),
    file("memory", "memory.limit_in_bytes", memoryBytes ?? -1),
    file("pids", "pids.max", pids),
    file("devices", "devices.deny", "a"),
    ...devices.map((device) => file("devices", "devices.allow", `${device} rwm`)),
  ];
}

export function limitFilesV2(limits: CgroupLimits): readonly LimitFile[] {
  const { memoryBytes, cpuCores, cpuRequestMillis, pids } = limits;
  const quota = cpuCores === undefined ? "max" : String(Math.round(cpuCores * periodMicros));
  const shares = Math.min(262_144, Math.max(2, Math.floor(((cpuRequestMillis ?? 1000) * 1024) / 1000)));
  return [
    { controller: "cpu", file: "cpu.max", value: `${quota} ${periodMicros}`, optional: true },
    // The kubelet's mapping of shares (2…262144) onto weights (1…10000).
    {
      controller: "cpu",
      file: "cpu.weight",
      value: String(1 + Math.floor(((shares - 2) * 9999) / 262_142)),
      optional: true,
    },
    {
      controller: "memory",
      file: "memory.max",
      value: memoryBytes === undefined ? "max" : String(memoryBytes),
      optional: true,
    },
    { controller: "pids", file: "pids.max", value: String(pids), optional: true },
  ];
}
