/** Where a machine's cgroup hierarchies are mounted. */
export interface Hierarchies {
  /** v1 controller → its mount point. */
  readonly controllers: ReadonlyMap<string, string>;
  /** The v2 tree, with or without controllers. */
  readonly unified: string | undefined;
}

const known = new Set([
  "cpu",
  "cpuacct",
  "cpuset",
  "memory",
  "devices",
  "freezer",
  "blkio",
  "pids",
  // No controller, but where systemd looks for what belongs to a unit: a guest must not be found in ours.
  "name=systemd",
]);

/**
 * @param mounts  text of /proc/self/mounts
 * @param prefix  only mounts below it count (a machine may have the same trees mounted twice)
 */
export function parseHierarchies(mounts: string, prefix = "/sys/fs/cgroup"): Hierarchies {
  const controllers = new Map<string, string>();
  let unified: string | undefined;
  for (const line of mounts.split("\n")) {
    const [, path = "", type, options = ""] = line.split(" ");
    if (path !== prefix && !path.startsWith(`${prefix}/`)) continue;
    if (type === "cgroup2") unified ??= path;
    if (type !== "cgroup") continue;
    for (const option of options.split(","))
      if (known.has(option) && !controllers.has(option)) controllers.set(option, path);
  }
  return { controllers, unified };
}
