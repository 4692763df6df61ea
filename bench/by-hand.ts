import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { basename, dirname, join } from "node:path";
import { run } from "@peapod/machinery/node";
import { type Domain, renderQemuArgs } from "@peapod/qemu";
import { connectQmp, createOverlay, imageInfo, type Qmp, quit, resume } from "@peapod/qemu/node";
import { firstLine } from "./guest-manifest.ts";
import type { GuestPlace } from "./places.ts";

/** One start of the same QEMU without Peapod, from the moment its disk began to be made. All in milliseconds. */
export interface HandStart {
  readonly qemuMs: number;
  readonly firstLineMs: number;
}

interface Parts {
  readonly folder: string;
  readonly netns: string;
  readonly domain: Domain;
  readonly image: string;
  readonly overlays: readonly string[];
  /** With the limits of the guest's own: whoever has a smaller share of a busy machine starts later. */
  readonly groups: readonly string[];
}

/**
 * The QEMU of a guest of ours, to be started as somebody at a shell would: the same arguments, a fresh overlay over the same image,
 * a copy of the same seed, limits and taps like its own in groups and a namespace that are there beforehand; as root, without the
 * private root.
 */
export class ByHand implements AsyncDisposable {
  readonly #parts: Parts;

  /** @param place  of a guest that runs: its files are copied from there */
  static async learn(domain: Domain, place: GuestPlace, folder: string, image: string): Promise<ByHand> {
    const netns = basename(folder);
    for (const part of ["run", "disks"]) mkdirSync(join(folder, part), { recursive: true });
    const overlays: string[] = [];
    for (const { image: file } of domain.disks) {
      if (!file) continue;
      const path = join(folder, "disks", basename(file.path));
      if ((await imageInfo(file.path)).backingFile === undefined) cpSync(file.path, path);
      else overlays.push(path);
    }
    const moved = JSON.stringify(domain)
      .replaceAll(`${place.runDir}/`, `${folder}/run/`)
      .replaceAll(`${place.dataDir}/`, `${folder}/`);
    await run(["ip", "netns", "add", netns]);
    for (const { backend } of domain.nics) {
      if (backend.type !== "tap") throw new Error(`Cannot start a guest by hand whose NIC is a ${backend.type}`);
      const inside = ["nsenter", `--net=/run/netns/${netns}`];
      await run([...inside, "ip", "tuntap", "add", "dev", backend.ifName, "mode", "tap"]);
      await run([...inside, "ip", "link", "set", backend.ifName, "up"]);
    }
    const groups = place.cgroupPaths.map(likeGroup);
    return new ByHand({ folder, netns, domain: JSON.parse(moved) as Domain, image, overlays, groups }); // what it was before
  }

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @param meanwhile  done while it runs, after its first line; gets the path of its network namespace */
  async start(meanwhile?: (netnsPath: string) => Promise<void>): Promise<HandStart> {
    const { domain, groups, image, netns, overlays } = this.#parts;
    for (const path of overlays) rmSync(path, { force: true });
    const begin = Date.now();
    for (const path of overlays) await createOverlay(path, { backing: image, backingFormat: "qcow2" });
    const args = renderQemuArgs(domain, { now: new Date() });
    const enter = ["sh", "-c", joinAndBecome, "sh", groups.join("\n"), "nsenter", `--net=/run/netns/${netns}`] as const;
    const child = spawn(enter[0], [...enter.slice(1), "/usr/bin/qemu-system-x86_64", ...args], { stdio: "inherit" });
    const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
    const monitor = domain.monitors[0]?.socketPath ?? "";
    const line = Promise.withResolvers<number>();
    try {
      const qmp = await connectSoon(monitor);
      const console = connect({ path: domain.serial?.socketPath ?? "" });
      let text = "";
      console.on("error", line.reject);
      console.on("data", (chunk: Buffer) => {
        text = (text + chunk.toString("latin1")).slice(-4096);
        const found = firstLine.exec(text);
        if (found && text.indexOf("\n", found.index) >= 0) line.resolve(Date.now());
      });
      await resume(qmp);
      const qemuMs = statSync(monitor).mtimeMs - begin;
      const firstLineMs = (await line.promise) - begin;
      await meanwhile?.(`/run/netns/${netns}`);
      console.destroy();
      await quit(qmp);
      return { qemuMs, firstLineMs };
    } finally {
      child.kill("SIGKILL");
      await ended;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { folder, groups, netns } = this.#parts;
    await run(["ip", "netns", "delete", netns]);
    for (const group of groups) removeGroup(group);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As often as the agent tries. */
async function connectSoon(path: string): Promise<Qmp> {
  for (const deadline = performance.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 4))) {
    try {
      return await connectQmp(path);
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

const joinAndBecome = `groups=$1
shift
IFS='
'
for group in $groups; do echo 0 > "$group/cgroup.procs"; done
exec "$@"`;

/** With the instance's own above it, which the agent leaves to whoever is the last in it; measurements share groups. */
function removeGroup(path: string): void {
  for (const one of [path, dirname(path)]) {
    try {
      rmdirSync(one);
    } catch {
      // Others are still in it, or it went with theirs.
    }
  }
}

/** A group beside another one, with the same limits of CPU and memory. */
function likeGroup(path: string): string {
  const group = join(dirname(path), "by-hand");
  mkdirSync(group, { recursive: true });
  for (const file of [
    "cpu.shares",
    "cpu.cfs_quota_us",
    "cpu.max",
    "cpu.weight",
    "memory.limit_in_bytes",
    "memory.max",
  ]) {
    if (existsSync(join(path, file))) writeFileSync(join(group, file), readFileSync(join(path, file), "utf8").trim());
  }
  return group;
}
