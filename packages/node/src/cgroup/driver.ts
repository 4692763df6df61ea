import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Hierarchies, parseHierarchies } from "./hierarchies.ts";
import { type LimitFile, limitFilesV1, limitFilesV2, v1Controllers, v2Controllers } from "./limit-files.ts";
import type { CgroupDriver, CgroupLimits } from "./types.ts";

/**
 * The machine's cgroups. With v1 a guest gets a group in each controller it needs, and one in the v2 tree beside them, whose
 * `cgroup.kill` ends everything at once.
 *
 * @param options.mounts  text of /proc/self/mounts; tests hand in a tree of their own
 */
export async function openCgroups(
  options: { readonly mounts?: string; readonly prefix?: string } = {},
): Promise<CgroupDriver> {
  const mounts = options.mounts ?? (await readFile("/proc/self/mounts", "utf8"));
  const hierarchies = parseHierarchies(mounts, options.prefix);
  if (hierarchies.controllers.size > 0) return createDriver("v1", hierarchies);
  if (hierarchies.unified !== undefined) return createDriver("v2", hierarchies);
  return createDriver("none", hierarchies);
}

/** Some ten seconds: a process that waits for a disk that does not answer cannot be killed, and others wait for us. */
const killAttempts = 200;

function createDriver(version: CgroupDriver["version"], { controllers, unified }: Hierarchies): CgroupDriver {
  const v1Roots = version === "v1" ? v1Controllers.flatMap((name) => controllers.get(name) ?? []) : [];
  const roots = [...new Set([...v1Roots, ...(unified === undefined ? [] : [unified])])];
  const processes = async (name: string): Promise<readonly number[]> => {
    const lists = await Promise.all(roots.map((root) => readProcesses(join(root, name))));
    return [...new Set(lists.flat())];
  };
  return {
    version,
    async ensure(name, limits) {
      const paths = await Promise.all(roots.map((root) => makeGroup(root, name, version === "v2")));
      // In order: devices are denied as a whole before some are allowed again.
      for (const { controller, file, value, optional } of filesFor(version, limits)) {
        const root = version === "v2" ? unified : controllers.get(controller);
        if (root !== undefined) await setLimit(join(root, name, file), value, optional);
      }
      return paths;
    },
    processes,
    async kill(name) {
      const all = unified === undefined ? undefined : join(unified, name, "cgroup.kill");
      if (all !== undefined && existsSync(all)) await writeFile(all, "1");
      for (let attempt = 0; ; attempt++) {
        const left = await processes(name);
        if (left.length === 0) return;
        if (attempt === killAttempts) {
          throw new Error(`Cannot end the processes of cgroup ${name}: ${left.join(", ")} do not go`);
        }
        for (const pid of left) killProcess(pid);
        await delay(attempt < 100 ? 5 : 100);
      }
    },
    async remove(name) {
      for (const root of roots) {
        await removeGroup(join(root, name));
        for (let parent = dirname(name); parent !== "."; parent = dirname(parent)) {
          if (!(await removeIfUnused(join(root, parent)))) break;
        }
      }
    },
    async children(name) {
      const lists = await Promise.all(roots.map((root) => foldersIn(join(root, name))));
      return [...new Set(lists.flat())];
    },
  };
}

function filesFor(version: CgroupDriver["version"], limits: CgroupLimits): readonly LimitFile[] {
  if (version === "v1") return limitFilesV1(limits);
  return version === "v2" ? limitFilesV2(limits) : [];
}

/** In v2 a group has only the controllers that its parents pass down. */
async function makeGroup(root: string, name: string, passDown: boolean): Promise<string> {
  const path = join(root, name);
  await mkdir(path, { recursive: true });
  if (!passDown) return path;
  const available = (await readFile(join(root, "cgroup.controllers"), "utf8")).split(/\s+/);
  const wanted = v2Controllers
    .filter((controller) => available.includes(controller))
    .map((controller) => `+${controller}`);
  const parents = name.split("/").slice(0, -1);
  for (let depth = 0; depth <= parents.length; depth++) {
    const file = join(root, ...parents.slice(0, depth), "cgroup.subtree_control");
    for (const controller of wanted) await passControllerDown(file, controller);
  }
  return path;
}

/** Inside of a container the root has processes of its own and passes nothing down: guests then live without that limit. */
async function passControllerDown(file: string, controller: string): Promise<void> {
  try {
    await writeFile(file, controller);
  } catch (error) {
    if (codeOf(error) !== "EBUSY" && codeOf(error) !== "ENOENT" && codeOf(error) !== "EOPNOTSUPP") throw error;
  }
}

async function setLimit(path: string, value: string, optional: boolean): Promise<void> {
  try {
    await writeFile(path, value, { flag: "r+" });
  } catch (error) {
    if (optional && isMissing(error)) return;
    throw new Error(`Cannot limit by ${path}: the kernel refuses "${value}"`, { cause: error });
  }
}

async function readProcesses(path: string): Promise<readonly number[]> {
  try {
    const text = await readFile(join(path, "cgroup.procs"), "utf8");
    return text.split("\n").filter(Boolean).map(Number);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function foldersIn(path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** A group whose last process is just ending is busy for some milliseconds more. */
async function removeGroup(path: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rmdir(path);
      return;
    } catch (error) {
      if (isMissing(error)) return;
      if (attempt === 100)
        throw new Error(`Cannot remove the cgroup ${path}: processes are still in it`, { cause: error });
      await delay(10);
    }
  }
}

async function removeIfUnused(path: string): Promise<boolean> {
  if ((await foldersIn(path)).length > 0) return false;
  return rmdir(path).then(
    () => true,
    () => false,
  );
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === "ENOENT" || codeOf(error) === "ENODEV";
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
