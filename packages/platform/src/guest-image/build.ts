import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, copyFile, glob, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import type { Log } from "@peapod/machinery";
import { run } from "@peapod/machinery/node";
import { type DebianPackage, fetchPackages, resolvePackages } from "./debian-packages.ts";
import { writeDisk } from "./disk.ts";
import { buildTools, guestPackages } from "./guest-packages.ts";
import { makeInitialRamDisk } from "./initial-ram-disk.ts";
import { fillRootFolder, kernelRelease } from "./root-folder.ts";
import { unpackKernel } from "./unpacked-kernel.ts";

export interface GuestImageOptions {
  /** Where the qcow2 goes; replaced as a whole or not at all. */
  readonly out: string;
  /** Keeps downloads and the last image between builds. */
  readonly work: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface GuestImage {
  readonly path: string;
  readonly sizeBytes: number;
  /** True when the same parts had been built before. */
  readonly isCached: boolean;
}

/**
 * Builds the small bootable guest from the distribution's packages: BIOS and UEFI, virtio, SATA, SCSI and USB disks, serial login,
 * DHCP, SSH, HTTP, guest agent, cloud-init's local data sources. With the same packages and sources the image of the last time
 * is taken; so it is where the package lists cannot be read.
 *
 * @throws {Error} when there is no place for it, when a tool is missing, naming the package that has it, or when packages cannot be had
 */
export async function buildGuestImage({ out, work, log, signal }: GuestImageOptions): Promise<GuestImage> {
  await checkPlace(out);
  await mkdir(join(work, "images"), { recursive: true });
  const sources = await hashSources();
  const packages = await resolvePackages(guestPackages, signal).catch(async (error: unknown) => {
    const kept = await findImage(work, sources);
    if (!kept) throw error;
    log.warn("package lists cannot be read, using the image built before", { error });
    return kept;
  });
  const image = typeof packages === "string" ? packages : join(work, "images", imageName(sources, packages));
  const isCached = await exists(image);
  if (!isCached && typeof packages !== "string") {
    await checkTools();
    await build(packages, work, image, { log, signal });
    await forgetOthers(image, work);
  }
  await deliver(image, out);
  return { path: out, sizeBytes: (await stat(out)).size, isCached };
}

interface Context {
  readonly log: Log;
  readonly signal: AbortSignal;
}

async function build(
  packages: readonly DebianPackage[],
  work: string,
  image: string,
  { log, signal }: Context,
): Promise<void> {
  const sizeBytes = packages.reduce((sum, one) => sum + one.sizeBytes, 0);
  log.info("guest packages wanted", { packages: packages.length, sizeBytes });
  const files = await fetchPackages(packages, join(work, "packages"), signal);
  const temporary = join(work, `build-${process.pid}-${randomBytes(3).toString("hex")}`);
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(temporary, { recursive: true, force: true }));
  const [unpacked, root, ramDisk, disk] = ["unpacked", "root", "ram-disk", "disk"].map((name) =>
    join(temporary, name),
  ) as [string, string, string, string]; // four names give four paths
  for (const folder of [unpacked, root, ramDisk, disk]) await mkdir(folder, { recursive: true });

  log.info("guest packages unpacked", { files: files.length });
  for (const file of files) await run(["dpkg-deb", "-x", file, unpacked], { signal });
  const release = await kernelRelease(unpacked);
  await run(["depmod", "-b", unpacked, release], { signal });
  await fillRootFolder(unpacked, release, root, signal);
  const initialRamDisk = await makeInitialRamDisk(unpacked, release, ramDisk, signal);
  const kernel = await readFile(join(unpacked, "boot", `vmlinuz-${release}`));
  const unpackedKernel = await unpackKernel(kernel, disk, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    log.warn("kernel stays packed, the guest starts slower under BIOS", { error });
    return kernel;
  });
  log.info("guest image written", { kernel: release });
  const unfinished = join(temporary, "image.qcow2");
  await writeDisk({ kernel, unpackedKernel, initialRamDisk, commandLine, root }, disk, unfinished, signal);
  await rename(unfinished, image);
}

/**
 * `panic` starts again where no panic device stops the machine; names of NICs are the kernel's, so that they do not vary with
 * slots; the timer's test fails where the emulator of a busy machine is late, and would stop the kernel; two self-tests of the
 * kernel's ciphers take an emulated CPU a second and serve nobody here.
 */
const commandLine = [
  "console=tty0 console=ttyS0,115200",
  "quiet loglevel=3",
  "net.ifnames=0",
  "panic=10",
  "no_timer_check",
  "memhp_default_state=online",
  "cryptomgr.notests initcall_blacklist=crypto_kdf108_init",
].join(" ");

/** Everything of ours that an image depends on: this folder. */
async function hashSources(): Promise<string> {
  const hash = createHash("sha256");
  const files = (await Array.fromAsync(glob("**/*", { cwd: import.meta.dirname, withFileTypes: true })))
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts") && !entry.parentPath.endsWith("/testing"))
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort())
    hash.update(`${file.slice(import.meta.dirname.length)}\0`).update(await readFile(file));
  return hash.digest("hex").slice(0, 16);
}

function imageName(sources: string, packages: readonly DebianPackage[]): string {
  const hash = createHash("sha256");
  for (const one of packages) hash.update(`${one.fileName} ${one.hash}\n`);
  return `${sources}-${hash.digest("hex").slice(0, 16)}.qcow2`;
}

async function findImage(work: string, sources: string): Promise<string | undefined> {
  const name = (await readdir(join(work, "images"))).find((file) => file.startsWith(`${sources}-`));
  return name && join(work, "images", name);
}

async function forgetOthers(image: string, work: string): Promise<void> {
  for (const name of await readdir(join(work, "images"))) {
    if (!image.endsWith(`/${name}`)) await rm(join(work, "images", name), { force: true });
  }
}

async function deliver(image: string, out: string): Promise<void> {
  const temporary = `${out}.${process.pid}.tmp`;
  try {
    await copyFile(image, temporary, constants.COPYFILE_FICLONE);
    await rename(temporary, out);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Before minutes of work. */
async function checkPlace(out: string): Promise<void> {
  const folder = dirname(out);
  if (!(await exists(folder))) throw new Error(`Cannot write ${out}: there is no folder ${folder}`);
  if (await isFolder(out)) throw new Error(`Cannot write ${out}: it is a folder; name a file in it`);
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function checkTools(): Promise<void> {
  // Those of /sbin too, which is not on every PATH
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  const missing = new Set<string>();
  for (const [tool, debianPackage] of Object.entries(buildTools)) {
    const places = tool.startsWith("/") ? [tool] : folders.map((folder) => join(folder, tool));
    const found = await Promise.all(places.map(exists));
    if (!found.includes(true)) missing.add(debianPackage);
  }
  if (missing.size === 0) return;
  const names = [...missing].join(" ");
  throw new Error(`Cannot build the guest image: it needs the packages ${names}; apt-get install ${names}`);
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
