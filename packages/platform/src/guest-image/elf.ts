/**
 * The shared libraries an ELF file asks for, by the names in its dynamic section (`libc.so.6`).
 *
 * @param file  the whole file; 64 bit little-endian, as on amd64
 * @returns empty for a static program
 * @throws {Error} when it is no such file
 * @see https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.dynamic.html
 */
export function neededLibraries(file: Buffer): readonly string[] {
  if (!isElf(file)) throw new Error("Cannot read the libraries of a file that is not a 64 bit ELF file");
  const segments = readSegments(file);
  const dynamic = segments.find(({ type }) => type === 2);
  if (!dynamic) return [];
  const entries = Array.from({ length: dynamic.size / 16 }, (_, index) => ({
    tag: Number(file.readBigInt64LE(dynamic.offset + index * 16)),
    value: Number(file.readBigUInt64LE(dynamic.offset + index * 16 + 8)),
  }));
  const end = entries.findIndex(({ tag }) => tag === 0);
  const used = end < 0 ? entries : entries.slice(0, end);
  const strings = used.find(({ tag }) => tag === 5);
  if (!strings) return [];
  const table = fileOffset(segments, strings.value);
  return used.filter(({ tag }) => tag === 1).map(({ value }) => readText(file, table + value));
}

export function isElf(file: Buffer): boolean {
  // magic, class 2 = 64 bit, data 1 = little-endian
  return file.length >= 64 && file.readUInt32BE(0) === 0x7f454c46 && file[4] === 2 && file[5] === 1;
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

function readSegments(file: Buffer): readonly Segment[] {
  const start = Number(file.readBigUInt64LE(32));
  const entrySize = file.readUInt16LE(54);
  return Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
    const at = start + index * entrySize;
    return {
      type: file.readUInt32LE(at),
      offset: Number(file.readBigUInt64LE(at + 8)),
      address: Number(file.readBigUInt64LE(at + 16)),
      size: Number(file.readBigUInt64LE(at + 32)),
    };
  });
}

function fileOffset(segments: readonly Segment[], address: number): number {
  const home = segments.find((one) => one.type === 1 && address >= one.address && address < one.address + one.size);
  if (!home) throw new Error("Cannot read the libraries of an ELF file whose string table lies in no segment");
  return address - home.address + home.offset;
}

function readText(file: Buffer, offset: number): string {
  return file.toString("latin1", offset, file.indexOf(0, offset));
}
