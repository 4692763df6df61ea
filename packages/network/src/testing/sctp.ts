/** The packet that begins an association of SCTP (INIT), for kernels that translate SCTP and have no sockets of it. */
export function sctpInit(source: number, destination: number): Buffer {
  const packet = Buffer.alloc(32);
  packet.writeUInt16BE(source, 0);
  packet.writeUInt16BE(destination, 2);
  packet.writeUInt8(1, 12); // INIT
  packet.writeUInt16BE(20, 14); // length of this chunk
  packet.writeUInt32BE(0x1122_3344, 16); // initiate tag
  packet.writeUInt32BE(65_535, 20); // receiver window
  packet.writeUInt16BE(1, 24); // streams out and in
  packet.writeUInt16BE(1, 26);
  packet.writeUInt32BE(1, 28); // initial TSN
  packet.writeUInt32LE(checksumOf(packet), 8);
  return packet;
}

export function readSctp(packet: Buffer) {
  return {
    destination: packet.readUInt16BE(2),
    isWhole: packet.readUInt32LE(8) === checksumOf(packet),
  };
}

/** CRC32c over the packet with a checksum of 0. @see https://www.rfc-editor.org/rfc/rfc9260#name-crc32c-checksum-calculation */
function checksumOf(packet: Buffer): number {
  let crc = 0xffff_ffff;
  for (const [index, byte] of packet.entries()) {
    crc ^= index >= 8 && index < 12 ? 0 : byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
