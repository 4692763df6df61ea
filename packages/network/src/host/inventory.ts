import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { observeLinks } from "../link/namespace.ts";
import { hostNames } from "../render/host-names.ts";
import { listForwardRules } from "./forward-rules.ts";
import { listNftTables } from "./remove.ts";

/** What an instance has on this machine. Each list is sorted, so that two inventories can be compared. */
export interface Inventory {
  /** Links of the machine's network namespace. */
  readonly links: readonly string[];
  /** Names under /run/netns. */
  readonly namespaces: readonly string[];
  /** `ip peapod_ab12cd` */
  readonly nftTables: readonly string[];
  /** Rules of ours in other people's tables: `ip filter FORWARD iifname ppab12cdbr` */
  readonly forwardRules: readonly string[];
  /** Programs in one of its namespaces or cgroups. */
  readonly processes: readonly { readonly pid: number; readonly command: string }[];
  /** `/sys/fs/cgroup/memory/peapod/ab12cd/1` */
  readonly cgroups: readonly string[];
  /** Mount points that hold its instance id. */
  readonly mounts: readonly string[];
  /** All that is in `/run/peapod/<instance>`. */
  readonly runFiles: readonly string[];
}

/** Looks for everything that carries an instance's name. */
export async function inventory(instance: string, runRoot = "/run/peapod"): Promise<Inventory> {
  const { prefix, nftTable } = hostNames(instance);
  const namespaces = (await readdir("/run/netns").catch(() => [])).filter((name) => name.startsWith(`${prefix}-`));
  const inodes = new Set(
    await Promise.all(
      namespaces.map((name) =>
        stat(join("/run/netns", name)).then(
          ({ ino }) => `net:[${ino}]`,
          () => "",
        ),
      ),
    ),
  );
  const [links, tables, rules, processes, mounts, runFiles] = await Promise.all([
    observeLinks(undefined),
    listNftTables(),
    listForwardRules(prefix),
    listProcesses(instance, inodes),
    readFile("/proc/self/mountinfo", "utf8"),
    listFiles(join(runRoot, instance)),
  ]);
  const points = mounts.split("\n").map((line) => line.split(" ")[4] ?? "");
  return {
    links: links
      .filter(({ name, alternativeNames, master }) =>
        [name, ...alternativeNames, master ?? ""].some((text) => text.startsWith(prefix)),
      )
      .map(({ name }) => name)
      .sort(),
    namespaces: namespaces.sort(),
    nftTables: tables
      .filter(({ name }) => name === nftTable || name.startsWith(`${nftTable}_`))
      .map(({ family, name }) => `${family} ${name}`)
      .sort(),
    forwardRules: rules
      .map((rule) => `${rule.family} ${rule.table} ${rule.chain} ${rule.direction} ${rule.interface}`)
      .sort(),
    processes,
    cgroups: await listCgroups(instance, points),
    mounts: points.filter((point) => point.includes(`/${instance}`) || point.includes(`${prefix}-`)).sort(),
    runFiles,
  };
}

async function listProcesses(instance: string, namespaces: ReadonlySet<string>): Promise<Inventory["processes"]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [netns, groups, command] = await Promise.all([
        readlink(`/proc/${pid}/ns/net`).catch(() => ""),
        readFile(`/proc/${pid}/cgroup`, "utf8").catch(() => ""),
        readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""),
      ]);
      const isOurs = namespaces.has(netns) || groups.includes(`/peapod/${instance}/`);
      // A zombie has no command line any more, and is its parent's to bury.
      return isOurs && command !== "" ? [{ pid: Number(pid), command: command.replaceAll("\0", " ").trim() }] : [];
    }),
  );
  return found.flat().sort((a, b) => a.pid - b.pid);
}

async function listCgroups(instance: string, mountPoints: readonly string[]): Promise<readonly string[]> {
  const roots = mountPoints.filter((point) => point.startsWith("/sys/fs/cgroup"));
  const groups = await Promise.all(
    roots.map(async (root) => {
      const folder = join(root, "peapod", instance);
      if (!(await isFolder(folder))) return [];
      const entries = await readdir(folder, { withFileTypes: true, recursive: true });
      return [
        folder,
        ...entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name)),
      ];
    }),
  );
  return groups.flat().sort();
}

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
