export interface Partition {
  readonly type: number;
  readonly startSector: number;
  readonly sectors: number;
  readonly bootable: boolean;
}

/** Of a FAT partition that UEFI firmware looks into; BIOS boots from it because it is the bootable one. */
export const espType = 0xef;
export const linuxType = 0x83;

/**
 * The first sector of a disk: boot code, disk signature, and up to four partitions.
 *
 * @param bootCode  at most 440 bytes; reads the bootable partition's first sector and jumps there
 */
export function writeBootSector(bootCode: Buffer, signature: number, partitions: readonly Partition[]): Buffer {
  if (bootCode.length > 440) throw new Error(`Cannot use boot code of ${bootCode.length} bytes: there is room for 440`);
  if (partitions.length > 4) throw new Error(`Cannot write ${partitions.length} partitions: the table holds 4`);
  const sector = Buffer.alloc(512);
  bootCode.copy(sector);
  sector.writeUInt32LE(signature, 440);
  for (const [index, partition] of partitions.entries()) {
    const at = 446 + index * 16;
    sector.writeUInt8(partition.bootable ? 0x80 : 0, at);
    // Cylinders, heads and sectors have not been used for decades: "too large to say".
    sector.writeUIntBE(0xfeffff, at + 1, 3);
    sector.writeUInt8(partition.type, at + 4);
    sector.writeUIntBE(0xfeffff, at + 5, 3);
    sector.writeUInt32LE(partition.startSector, at + 8);
    sector.writeUInt32LE(partition.sectors, at + 12);
  }
  sector.writeUInt16BE(0x55aa, 510);
  return sector;
}
