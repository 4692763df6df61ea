/** One entry of an archive that the kernel unpacks as its first root. */
export type CpioEntry =
  | { readonly type: "folder"; readonly path: string }
  | { readonly type: "link"; readonly path: string; readonly target: string }
  | { readonly type: "file"; readonly path: string; readonly content: Buffer; readonly executable?: boolean };

/**
 * Writes a "newc" cpio archive: owned by root, without times, so that the same entries give the same bytes.
 *
 * @param entries  folders before what lies in them
 * @see https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
 */
export function writeCpio(entries: readonly CpioEntry[]): Buffer {
  const parts = entries.map((entry, index) => record(index + 1, modeOf(entry), entry.path, contentOf(entry)));
  return Buffer.concat([...parts, record(0, 0, "TRAILER!!!", Buffer.alloc(0))]);
}

function modeOf(entry: CpioEntry): number {
  if (entry.type === "folder") return 0o040755;
  if (entry.type === "link") return 0o120777;
  return entry.executable ? 0o100755 : 0o100644;
}

function contentOf(entry: CpioEntry): Buffer {
  if (entry.type === "folder") return Buffer.alloc(0);
  return entry.type === "link" ? Buffer.from(entry.target) : entry.content;
}

function record(inode: number, mode: number, path: string, content: Buffer): Buffer {
  const name = Buffer.from(`${path}\0`);
  const links = mode >> 12 === 4 ? 2 : 1;
  // inode, mode, uid, gid, links, time, size, device ×2, device of the file ×2, length of the name, checksum
  const numbers = [inode, mode, 0, 0, links, 0, content.length, 0, 0, 0, 0, name.length, 0];
  const header = `070701${numbers.map((number) => number.toString(16).padStart(8, "0")).join("")}`;
  return Buffer.concat([padded(Buffer.concat([Buffer.from(header), name])), padded(content)]);
}

function padded(data: Buffer): Buffer {
  return Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
}
