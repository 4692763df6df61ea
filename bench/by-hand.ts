import { spawn } from "node:child_process";
import { cpSync, mkdirSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { basename, join } from "node:path";
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

/**
 * The QEMU of a guest of ours, to be started as somebody at a shell would: the same arguments, a fresh overlay over the same image,
 * a copy of the same seed, taps of the same names in a namespace that is there beforehand; as root, without the private root.
 */
export class ByHand implements AsyncDisposable {
  readonly #folder: string;
  readonly #netns: string;
  readonly #domain: Domain;
  readonly #image: string;
  readonly #overlays: readonly string[];

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
    return new ByHand(folder, netns, JSON.parse(moved) as Domain, image, overlays); // what it was before
  }

  private constructor(folder: string, netns: string, domain: Domain, image: string, overlays: readonly string[]) {
    this.#folder = folder;
    this.#netns = netns;
    this.#domain = domain;
    this.#image = image;
    this.#overlays = overlays;
  }

  async start(): Promise<HandStart> {
    for (const path of this.#overlays) rmSync(path, { force: true });
    const begin = Date.now();
    for (const path of this.#overlays) await createOverlay(path, { backing: this.#image, backingFormat: "qcow2" });
    const args = renderQemuArgs(this.#domain, { now: new Date() });
    const child = spawn("nsenter", [`--net=/run/netns/${this.#netns}`, "/usr/bin/qemu-system-x86_64", ...args], {
      stdio: "inherit",
    });
    const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
    const monitor = this.#domain.monitors[0]?.socketPath ?? "";
    const line = Promise.withResolvers<number>();
    try {
      const qmp = await connectSoon(monitor);
      const console = connect({ path: this.#domain.serial?.socketPath ?? "" });
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
      console.destroy();
      await quit(qmp);
      return { qemuMs, firstLineMs };
    } finally {
      child.kill("SIGKILL");
      await ended;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run(["ip", "netns", "delete", this.#netns]);
    rmSync(this.#folder, { recursive: true, force: true });
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
