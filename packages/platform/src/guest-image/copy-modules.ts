import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "@peapod/machinery/node";
import { pickModules } from "./kernel-modules.ts";
import { trimAliases, withoutSignature } from "./trim-modules.ts";

/**
 * Copies drivers with all they depend on, and writes the indexes that busybox's modprobe reads: `modules.dep` and `modules.alias`.
 *
 * @param unpacked  a folder with the kernel's package, on which depmod has been run
 * @param release  the kernel's, such as `6.1.0-56-amd64`
 * @param root  gets them under `lib/modules`
 */
export async function copyModules(
  unpacked: string,
  release: string,
  names: readonly string[],
  root: string,
  signal: AbortSignal,
): Promise<void> {
  const from = join(unpacked, "lib/modules", release);
  const to = join(root, "lib/modules", release);
  const builtin = await readFile(join(from, "modules.builtin"), "utf8");
  for (const path of pickModules(await readFile(join(from, "modules.dep"), "utf8"), builtin, names)) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await writeFile(join(to, path), withoutSignature(await readFile(join(from, path))));
  }
  for (const name of ["modules.order", "modules.builtin"]) await copyFile(join(from, name), join(to, name));
  await run(["depmod", "-b", root, release], { signal });
  for (const name of await readdir(to)) {
    if (/^modules\./.test(name) && name !== "modules.dep" && name !== "modules.alias") await rm(join(to, name));
  }
  const aliases = join(to, "modules.alias");
  await writeFile(aliases, trimAliases(await readFile(aliases, "utf8")));
}
