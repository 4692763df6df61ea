import { requestTooLarge } from "@peapod/machinery";

/** As Kubernetes: what etcd takes and a margin. */
export const maxBodyBytes = 3 * 1024 * 1024;

/**
 * The whole body of a request.
 *
 * @throws {ApiError} RequestEntityTooLarge as soon as more than the limit has come
 */
export async function readBody(request: Request): Promise<Uint8Array> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > maxBodyBytes) {
    await request.body?.cancel();
    throw requestTooLarge(maxBodyBytes);
  }
  if (announced > 0) {
    const whole = await request.bytes();
    if (whole.byteLength > maxBodyBytes) throw requestTooLarge(maxBodyBytes);
    return whole;
  }
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > maxBodyBytes) throw requestTooLarge(maxBodyBytes); // leaving the loop cancels the body
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}
