import { open, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "@peapod/machinery/node";
import { espType, linuxType, writeBootSector } from "./partition-table.ts";

const MiB = 1024 * 1024;
const sectorBytes = 512;
/** Where partitions start by custom; the FAT must know it, or its boot sector cannot find itself. */
const bootStartSector = 2048;
/** Sparse: what a guest writes has room without growing the disk first. */
const smallRootBytes = 480 * MiB;

export interface DiskParts {
  /** As the distribution has it: for UEFI. */
  readonly kernel: Buffer;
  /** For BIOS. */
  readonly unpackedKernel: Buffer;
  readonly initialRamDisk: Buffer;
  /** The kernel's command line. */
  readonly commandLine: string;
  /** Folder whose content becomes the root; its file system is labelled `peapod-root`. */
  readonly root: string;
  /** Size of the root's file system; default: enough for the small guest. */
  readonly rootBytes?: number;
  /** The folder's owners are the guest's, as in a system that root installed; else all is root's, and /home/peapod its user's. */
  readonly keepsOwners?: boolean;
}

/**
 * Writes a disk that starts under BIOS (boot code → syslinux) and UEFI (systemd-boot), both from one FAT partition, with an ext4
 * root behind it. Needs no privileges, loop devices or mounts.
 *
 * @param work  an empty folder
 * @param out  becomes a compressed qcow2
 */
export async function writeDisk(parts: DiskParts, work: string, out: string, signal: AbortSignal): Promise<void> {
  const { rootBytes = smallRootBytes } = parts;
  const boot = await writeBootPartition(parts, work, signal);
  const root = await writeRootPartition(parts, rootBytes, work, signal);
  const bootSectors = (await stat(boot)).size / sectorBytes;
  const rootStartSector = bootStartSector + bootSectors;
  const raw = join(work, "disk.raw");
  const table = writeBootSector(await readFile("/usr/lib/syslinux/mbr/mbr.bin"), 0x70656170, [
    { type: espType, startSector: bootStartSector, sectors: bootSectors, bootable: true },
    { type: linuxType, startSector: rootStartSector, sectors: rootBytes / sectorBytes, bootable: false },
  ]);
  await writeFile(raw, table);
  await truncate(raw, rootStartSector * sectorBytes + rootBytes);
  await copyInto(raw, boot, bootStartSector * sectorBytes);
  await copyInto(raw, root, rootStartSector * sectorBytes);
  await run(["qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", "-o", "compression_type=zstd", raw, out], {
    signal,
  });
}

async function writeBootPartition(parts: DiskParts, work: string, signal: AbortSignal): Promise<string> {
  const image = join(work, "boot.fat");
  const efi = "/usr/lib/systemd/boot/efi/systemd-bootx64.efi";
  const sizes = [parts.kernel, parts.unpackedKernel, parts.initialRamDisk].map(({ length }) => length);
  const contentBytes = sizes.reduce((sum, size) => sum + size, (await stat(efi)).size);
  await writeFile(image, "");
  await truncate(image, Math.ceil(contentBytes / MiB + 2) * MiB);
  await run(["mkfs.vfat", "-n", "PEAPOD-BOOT", "-i", "70656170", "-h", String(bootStartSector), image], { signal });
  const files: Readonly<Record<string, string | Buffer>> = {
    vmlinuz: parts.kernel,
    vmlinux: parts.unpackedKernel,
    "initrd.gz": parts.initialRamDisk,
    "syslinux.cfg": syslinuxConfig(parts.commandLine),
    "loader/loader.conf": "timeout 0\ndefault peapod.conf\neditor no\n",
    "loader/entries/peapod.conf": loaderEntry(parts.commandLine),
    "EFI/BOOT/BOOTX64.EFI": await readFile(efi),
  };
  // mtools would refuse a FAT whose geometry it finds odd
  const env = { MTOOLS_SKIP_CHECK: "1" };
  await run(["mmd", "-i", image, "::EFI", "::EFI/BOOT", "::loader", "::loader/entries"], { env, signal });
  for (const [path, content] of Object.entries(files)) {
    const file = join(work, "file");
    await writeFile(file, content);
    await run(["mcopy", "-i", image, file, `::${path}`], { env, signal });
  }
  await run(["syslinux", "--install", image], { env, signal });
  return image;
}

function syslinuxConfig(commandLine: string): string {
  return [
    "DEFAULT peapod",
    "PROMPT 0",
    "TIMEOUT 0",
    "LABEL peapod",
    " KERNEL /vmlinux",
    " INITRD /initrd.gz",
    ` APPEND ${commandLine}`,
    "",
  ].join("\n");
}

function loaderEntry(commandLine: string): string {
  return ["title Peapod test guest", "linux /vmlinuz", "initrd /initrd.gz", `options ${commandLine}`, ""].join("\n");
}

async function writeRootPartition(
  { root, keepsOwners = false }: DiskParts,
  sizeBytes: number,
  work: string,
  signal: AbortSignal,
): Promise<string> {
  const image = join(work, "root.ext4");
  await writeFile(image, "");
  await truncate(image, sizeBytes);
  // Checksums and 64 bit block numbers cost an emulated CPU more than they give a test guest.
  const features = "^metadata_csum,^64bit";
  const options = [
    "-q",
    "-F",
    "-t",
    "ext4",
    "-L",
    "peapod-root",
    "-m",
    "0",
    "-b",
    "4096",
    "-O",
    features,
    "-J",
    "size=4",
  ];
  await run(["mke2fs", ...options, "-E", "root_owner=0:0,lazy_itable_init=0", "-d", root, image], { signal });
  if (!keepsOwners) await setOwners(root, image, work, signal);
  return image;
}

/** mke2fs takes owners from the folder, which are those of whoever builds. */
async function setOwners(root: string, image: string, work: string, signal: AbortSignal): Promise<void> {
  const { stdout } = await run(["find", root, "-mindepth", "1", "-printf", "/%P\\n"], {
    signal,
    maxOutputBytes: 4 * MiB,
  });
  const commands = stdout.split("\n").flatMap((path) => {
    if (path === "") return [];
    const owner = path.startsWith("/home/peapod") ? 1000 : 0;
    return [`set_inode_field "${path}" uid ${owner}`, `set_inode_field "${path}" gid ${owner}`];
  });
  const script = join(work, "owners");
  await writeFile(script, `${commands.join("\n")}\n`);
  await run(["debugfs", "-w", "-f", script, image], { signal });
}

async function copyInto(target: string, source: string, offset: number): Promise<void> {
  const file = await open(target, "r+");
  try {
    let at = offset;
    for await (const chunk of (await open(source)).createReadStream({ highWaterMark: MiB })) {
      const bytes = chunk as Buffer;
      // holes stay holes: nearly all of the root is empty
      if (!bytes.equals(Buffer.alloc(bytes.length))) await file.write(bytes, 0, bytes.length, at);
      at += bytes.length;
    }
  } finally {
    await file.close();
  }
}
