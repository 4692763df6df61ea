import { type FileHandle, open } from "node:fs/promises";

const block = 64 * 1024;
const zeros = Buffer.alloc(block);

/** Writes a stream into a new file, leaving holes where it is zero; on disk when it resolves. @returns bytes of the stream */
export async function writeSparseFile(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  await using file = await open(path, "wx", 0o644);
  let position = 0;
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    await writeChunk(file, Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength), position);
    position += chunk.byteLength;
  }
  await file.truncate(position);
  await file.sync();
  return position;
}

async function writeChunk(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let from = 0; from < chunk.length; ) {
    const to = Math.min(chunk.length, from + block);
    const part = chunk.subarray(from, to);
    if (!isZero(part)) await file.write(part, 0, part.length, position + from);
    from = to;
  }
}

function isZero(part: Buffer): boolean {
  return part.equals(part.length === block ? zeros : zeros.subarray(0, part.length));
}
