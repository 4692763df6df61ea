import { chmod, copyFile, cp, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { run } from "@peapod/machinery/node";
import { copyModules } from "./copy-modules.ts";
import { isElf, neededLibraries } from "./elf.ts";
import { guestPrograms, libraryFolders } from "./guest-packages.ts";
import { bootModules, rootModules } from "./kernel-modules.ts";

/**
 * Lays out the guest's root: our own files, the packages' programs with the libraries they need, and drivers.
 *
 * @param unpacked  a folder with the packages' files
 * @param release  the kernel's, such as `6.1.0-56-amd64`; depmod has been run on `unpacked`
 * @param root  an empty folder
 */
export async function fillRootFolder(
  unpacked: string,
  release: string,
  root: string,
  signal: AbortSignal,
): Promise<void> {
  await cp(join(import.meta.dirname, "root"), root, { recursive: true });
  await makeFolders(root);
  for (const [from, to] of Object.entries(guestPrograms)) {
    await mkdir(dirname(join(root, to)), { recursive: true });
    await copyFile(await findProgram(unpacked, from), join(root, to));
  }
  await linkApplets(root, signal);
  await copyLibraries(unpacked, root);
  await copyModules(unpacked, release, [...bootModules, ...rootModules], root, signal);
  await linkOthers(root);
  await setModes(root);
}

/** As in Debian, /bin, /sbin and /lib are those of /usr: programs look for each other in either. */
async function makeFolders(root: string): Promise<void> {
  const folders =
    "usr/bin usr/sbin usr/lib usr/lib64 usr/libexec dev proc sys run tmp mnt root home/peapod etc/dropbear etc/sudoers.d etc/qemu/fsfreeze.d var/log var/lib/cloud";
  for (const folder of folders.split(" ")) await mkdir(join(root, folder), { recursive: true });
  for (const name of ["bin", "sbin", "lib", "lib64"]) await symlink(`usr/${name}`, join(root, name));
}

/** A release may have moved it from /lib to /usr/lib: the guest has it where we say. */
async function findProgram(unpacked: string, path: string): Promise<string> {
  for (const place of [path, `usr/${path}`, path.replace(/^usr\//, "")]) {
    const found = join(unpacked, place);
    if ((await stat(found).catch(() => undefined))?.isFile()) return found;
  }
  throw new Error(`Cannot find ${path} in the guest's packages`);
}

/** Programs that must not be busybox's: the real one is there, or scripts of ours stand in. */
const notBusybox = new Set(["busybox", "awk", "bash", "ssh", "dpkg", "dpkg-deb", "rpm", "depmod", "mke2fs", "mkdosfs"]);
/** Programs that others look for in /sbin. */
const inSbin =
  "init getty login reboot poweroff halt modprobe insmod lsmod rmmod ip ifconfig route mdev switch_root acpid hwclock sysctl".split(
    " ",
  );

async function linkApplets(root: string, signal: AbortSignal): Promise<void> {
  const { stdout } = await run([join(root, "bin/busybox"), "--list"], { signal });
  const applets = stdout.split("\n").filter((name) => name !== "" && !notBusybox.has(name));
  for (const name of applets) await symlink("busybox", join(root, "usr/bin", name));
  for (const name of inSbin) await symlink("../bin/busybox", join(root, "usr/sbin", name));
}

async function copyLibraries(unpacked: string, root: string): Promise<void> {
  const target = join(root, "usr/lib/x86_64-linux-gnu");
  await mkdir(target, { recursive: true });
  const copied = new Set<string>();
  const follow = async (file: string): Promise<void> => {
    const content = await readFile(file);
    if (!isElf(content)) return;
    for (const name of neededLibraries(content)) {
      if (copied.has(name)) continue;
      copied.add(name);
      const library = await findLibrary(unpacked, name);
      await copyFile(library, join(target, name));
      await follow(library);
    }
  };
  for (const program of Object.values(guestPrograms)) await follow(join(root, program));
  await copyFile(await findLibrary(unpacked, "ld-linux-x86-64.so.2"), join(root, "usr/lib64/ld-linux-x86-64.so.2"));
}

async function findLibrary(unpacked: string, name: string): Promise<string> {
  for (const folder of libraryFolders) {
    const names = await readdir(join(unpacked, folder)).catch((): string[] => []);
    if (names.includes(name)) return await resolveInside(unpacked, join(unpacked, folder, name));
  }
  throw new Error(`Cannot find the library ${name} in the guest's packages: add the package that has it`);
}

/** A link of a package leads to another name beside it, or to an absolute path that means the unpacked folder. */
async function resolveInside(unpacked: string, path: string): Promise<string> {
  const target = await readlink(path).catch(() => undefined);
  if (target === undefined) return path;
  return await resolveInside(unpacked, target.startsWith("/") ? join(unpacked, target) : join(dirname(path), target));
}

async function linkOthers(root: string): Promise<void> {
  await symlink("../run", join(root, "var/run"));
  // Where dropbear and others look for it.
  await symlink("../lib/openssh/sftp-server", join(root, "usr/libexec/sftp-server"));
  await symlink("openssh/sftp-server", join(root, "usr/lib/sftp-server"));
  await writeFile(join(root, "etc/resolv.conf"), "");
}

/** What the packages' archives and our repository cannot say by themselves. */
async function setModes(root: string): Promise<void> {
  const modes: Readonly<Record<string, number>> = {
    "usr/bin/busybox": 0o4755, // su and ping
    "usr/bin/sudo": 0o4755,
    "etc/shadow": 0o600,
    "etc/sudoers": 0o440,
    "etc/sudoers.d": 0o750,
    root: 0o700,
    tmp: 0o1777,
  };
  for (const [path, mode] of Object.entries(modes)) await chmod(join(root, path), mode);
}

/** The kernel's release, from the name of its file. */
export async function kernelRelease(unpacked: string): Promise<string> {
  const kernel = (await readdir(join(unpacked, "boot"))).find((name) => name.startsWith("vmlinuz-"));
  if (!kernel) throw new Error("Cannot find a kernel in the guest's packages");
  return basename(kernel).slice("vmlinuz-".length);
}
