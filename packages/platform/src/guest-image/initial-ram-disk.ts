import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { copyModules } from "./copy-modules.ts";
import { type CpioEntry, writeCpio } from "./cpio.ts";
import { bootModules } from "./kernel-modules.ts";

/**
 * Makes the kernel's first root: busybox, the drivers of disks, and the program that finds the real root.
 *
 * @param unpacked  a folder with the packages' files
 * @param work  an empty folder
 */
export async function makeInitialRamDisk(
  unpacked: string,
  release: string,
  work: string,
  signal: AbortSignal,
): Promise<Buffer> {
  await copyModules(unpacked, release, bootModules, work, signal);
  const entries: CpioEntry[] = [
    ...["bin", "dev", "proc", "sys", "root"].map((path): CpioEntry => ({ type: "folder", path })),
    { type: "file", path: "bin/busybox", content: await readFile(join(unpacked, "bin/busybox")), executable: true },
    ...usedApplets.map((name): CpioEntry => ({ type: "link", path: `bin/${name}`, target: "busybox" })),
    {
      type: "file",
      path: "init",
      content: await readFile(join(import.meta.dirname, "initramfs/init")),
      executable: true,
    },
    ...(await entriesOf(work)),
  ];
  await rm(work, { recursive: true });
  return gzipSync(writeCpio(entries), { level: 9 });
}

const usedApplets =
  "sh mount modprobe uname cat find sort xargs findfs usleep ls basename dirname readlink dd blockdev switch_root".split(
    " ",
  );

async function entriesOf(root: string, folder = ""): Promise<readonly CpioEntry[]> {
  const found = await readdir(join(root, folder), { withFileTypes: true });
  const entries: CpioEntry[] = [];
  for (const entry of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) entries.push({ type: "folder", path }, ...(await entriesOf(root, path)));
    else entries.push({ type: "file", path, content: await readFile(join(root, path)) });
  }
  return entries;
}
