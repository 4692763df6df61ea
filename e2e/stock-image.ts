/**
 * A stock Debian, as a cloud image of it would be: the distribution's own kernel, initial RAM disk, systemd and cloud-init, installed by
 * debootstrap. Nothing in it knows of Peapod. By hand: `node e2e/stock-image.ts` says where the finished disk lies.
 */
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { glob, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "@peapod/machinery/node";
import { writeDisk } from "../packages/platform/src/guest-image/disk.ts";

const root = join(import.meta.dirname, "..");
const folder = join(root, ".cache/stock");
const suite = "bookworm";

const packages = [
  "linux-image-cloud-amd64",
  "systemd-sysv",
  "udev",
  "dbus",
  "ifupdown", // how Debian's cloud-init sets up networks
  "isc-dhcp-client",
  "iproute2",
  "cloud-init",
  "python3-cffi-backend", // debootstrap does not see that it provides what cloud-init's python3-cryptography depends on
  "openssh-server",
  "sudo",
];

/** As in Debian's cloud images. */
const commandLine = "root=LABEL=peapod-root ro console=tty0 console=ttyS0,115200";

/** The disk that `prepareStockImage` built; needs no network. */
export function stockImage(): string {
  const image = imagePath();
  if (!existsSync(image)) throw new Error(`there is no ${image}: run node e2e/stock-image.ts where there is a network`);
  return image;
}

/**
 * Builds the disk unless it is there. Needs root (for debootstrap's chroot) and a mirror.
 *
 * @returns its path, a qcow2
 */
export async function prepareStockImage(signal: AbortSignal = new AbortController().signal): Promise<string> {
  const image = imagePath();
  if (existsSync(image)) return image;
  if (process.getuid?.() !== 0) throw new Error("Cannot build the stock Debian: debootstrap needs root");
  const temporary = join(folder, `build-${process.pid}-${randomBytes(3).toString("hex")}`);
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(temporary, { recursive: true, force: true }));
  const [system, disk] = [join(temporary, "system"), join(temporary, "disk")];
  for (const one of [system, disk, join(folder, "packages")]) await mkdir(one, { recursive: true });
  await bootstrap(system, signal);
  await makeImpersonal(system);
  await makePatient(system);
  const unfinished = join(temporary, "stock.qcow2");
  const [kernel, initialRamDisk] = [await bootFile(system, "vmlinuz"), await bootFile(system, "initrd.img")];
  const boot = { kernel, unpackedKernel: kernel, initialRamDisk, commandLine };
  const parts = { ...boot, root: system, rootBytes: 2 ** 31, keepsOwners: true };
  await writeDisk(parts, disk, unfinished, signal);
  for await (const old of glob("*.qcow2", { cwd: folder })) await rm(join(folder, old), { force: true });
  await rename(unfinished, image);
  return image;
}

/** What it is made of stands in this file. What the mirror had on that day is kept: delete the folder for a newer Debian. */
function imagePath(): string {
  const hash = createHash("sha256")
    .update(readFileSync(import.meta.filename))
    .digest("hex")
    .slice(0, 16);
  return join(folder, `debian-${suite}-${hash}.qcow2`);
}

/** In a mount namespace of its own: what debootstrap mounts below its folder is gone with it, however it ends. */
async function bootstrap(system: string, signal: AbortSignal): Promise<void> {
  const options = ["--variant=minbase", `--cache-dir=${join(folder, "packages")}`, `--include=${packages.join(",")}`];
  const argv = ["debootstrap", ...options, suite, system, await mirror(signal)];
  await run(["unshare", "--mount", "--propagation", "private", ...argv], {
    signal,
    env: { LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
  });
}

/** Where this machine gets its own Debian packages from. */
async function mirror(signal: AbortSignal): Promise<string> {
  const format = ["--format", "$(LABEL) $(COMPONENT) $(REPO_URI)"];
  const { stdout } = await run(["apt-get", "indextargets", ...format, "Created-By: Packages"], { signal });
  const found = /^Debian main (\S+)$/m.exec(stdout)?.[1];
  if (!found)
    throw new Error("Cannot find a mirror of Debian in /etc/apt: run apt-get update, or add a source of Debian");
  return found;
}

/** Takes out what debootstrap copied from this machine and what must differ between machines; says where the root is. */
async function makeImpersonal(system: string): Promise<void> {
  await writeFile(join(system, "etc/fstab"), "LABEL=peapod-root / ext4 errors=remount-ro 0 1\n");
  await writeFile(join(system, "etc/hostname"), "debian\n");
  await writeFile(join(system, "etc/machine-id"), "");
  const unwanted = ["etc/resolv.conf", "etc/ssh/ssh_host_*", "var/cache/apt/archives/*.deb", "var/lib/apt/lists/*_*"];
  for await (const path of glob(unwanted, { cwd: system })) await rm(join(system, path));
}

/** The one thing that is not Debian's: on a busy machine that emulates, its first boot outlasts what systemd waits for units and devices. */
async function makePatient(system: string): Promise<void> {
  const settings = join(system, "etc/systemd/system.conf.d");
  await mkdir(settings, { recursive: true });
  const lines = ["[Manager]", "DefaultTimeoutStartSec=1h", "DefaultDeviceTimeoutSec=1h", ""];
  await writeFile(join(settings, "patience.conf"), lines.join("\n"));
}

async function bootFile(system: string, name: string): Promise<Buffer> {
  const [file, ...others] = await Array.fromAsync(glob(`boot/${name}-*`, { cwd: system }));
  if (file === undefined || others.length > 0) throw new Error(`Cannot find one /boot/${name}-* in the stock Debian`);
  return readFile(join(system, file));
}

if (import.meta.main) console.log(await prepareStockImage());
