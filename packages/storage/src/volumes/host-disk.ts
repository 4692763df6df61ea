import { chown, lstat, mkdir, open, realpath, statfs } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import type { PreparedDisk } from "../prepared-disk.ts";
import { makeBeside, type Owner } from "./make-once.ts";
import type { VolumePlan } from "./plan.ts";
import { readInfo } from "./read-info.ts";
import { VolumeError } from "./volume-error.ts";

interface Context extends Owner {
  readonly reserved?: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

/** Where the system keeps its own: a manifest that names a file there is a mistake, or worse. */
const systemFolders = "/bin /boot /dev /etc /lib /lib32 /lib64 /proc /root/.ssh /run /sbin /sys /usr".split(" ");

/** A person's own file: it stays when the guest goes, and belongs to the guest's user while the guest has it. */
export async function prepareHostDisk(
  name: string,
  plan: Extract<VolumePlan, { make: "host" }>,
  context: Context,
): Promise<PreparedDisk> {
  if (!isAbsolute(plan.path)) {
    throw new VolumeError(name, `"${plan.path}" is no absolute path`, "Give hostDisk.path from the root");
  }
  const path = (await resolveFile(name, plan.path, context)) ?? (await createDisk(name, plan, context));
  const kind = await lstat(path);
  if (!kind.isFile()) throw new VolumeError(name, `${plan.path} is no file`, "hostDisk.path names a disk image");
  const info = await readInfo(name, path, context.signal);
  const { format, virtualSizeBytes } = info;
  const isAlone = info.backingFile === undefined && info.dataFile === undefined && !info.encrypted;
  if (!isAlone || (format !== "raw" && format !== "qcow2")) {
    throw new VolumeError(
      name,
      `${plan.path} is not a raw or self-contained qcow2 disk`,
      `qemu-img convert -O qcow2 ${plan.path} NEW`,
    );
  }
  if (format === "raw" && (kind.size === 0 || kind.size % 512 !== 0)) {
    throw new VolumeError(
      name,
      `${plan.path} has ${kind.size} bytes, and a raw disk has a multiple of 512`,
      "hostDisk.path names a disk image",
    );
  }
  // Only its owner changes: what was private stays private.
  if (kind.uid !== context.uid) await chown(path, context.uid, context.gid);
  return { volumeName: name, path, format, blockDevice: false, backingPaths: [], readOnly: false, virtualSizeBytes };
}

/** @returns the file behind all links; undefined where there is none */
async function resolveFile(name: string, path: string, { reserved = [] }: Context): Promise<string | undefined> {
  const found = await realpath(path).catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new VolumeError(name, `${path} cannot be reached`, "Look at the path and its links", { cause });
  });
  // A file that is yet to be made will lie where its nearest existing folder really is.
  const place = found ?? (await nearest(path));
  const taken = [...systemFolders, ...reserved].find((folder) => place === folder || place.startsWith(`${folder}/`));
  if (taken === undefined) return found;
  throw new VolumeError(
    name,
    `${path} lies in ${taken}, which is not for disks`,
    "Keep disks in a folder of their own, such as /srv/disks",
  );
}

async function nearest(path: string): Promise<string> {
  const folder = dirname(path);
  const found = await realpath(folder).catch(() => undefined);
  return join(found ?? (await nearest(folder)), basename(path));
}

async function createDisk(
  name: string,
  { path, createBytes }: Extract<VolumePlan, { make: "host" }>,
  context: Context,
): Promise<string> {
  if (createBytes === undefined) {
    throw new VolumeError(
      name,
      `${path} does not exist on this node`,
      "Put the disk there, or use type DiskOrCreate with a capacity",
    );
  }
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const { bavail, bsize } = await statfs(folder);
  if (createBytes > bavail * bsize) {
    throw new VolumeError(
      name,
      `${path} shall have ${createBytes} bytes, and its filesystem has ${bavail * bsize} left`,
      "Free some space, or ask for a smaller capacity",
    );
  }
  const real = join(await realpath(folder), basename(path));
  await makeBeside(real, context, async (target) => {
    await using file = await open(target, "wx", 0o600);
    await file.truncate(createBytes);
    await file.sync();
  });
  return real;
}
