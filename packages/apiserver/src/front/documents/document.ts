import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { wholeResponse } from "../whole-response.ts";

/** Bytes to be sent again and again, with what belongs to them. */
export interface Document {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** SHA-512 in upper-case hex: the ETag without its quotes. */
  readonly hash: string;
}

/** Smaller answers are not worth the work; upstream's figure. */
export const gzipFromBytes = 128 * 1024;

export function makeDocument(content: string | Uint8Array<ArrayBuffer>, contentType: string): Document {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return { bytes, contentType, hash: createHash("sha512").update(bytes).digest("hex").toUpperCase() };
}

/** Answers 304 to whoever has the document already, and compresses large ones, once. */
export async function answerDocument(
  request: Request,
  document: Document,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const etag = `"${document.hash}"`;
  const all = { ETag: etag, Vary: "Accept, Accept-Encoding", ...headers };
  if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers: all });
  const typed = { ...all, "Content-Type": document.contentType };
  const isWanted = request.headers.get("accept-encoding")?.includes("gzip") ?? false;
  if (!isWanted || document.bytes.byteLength < gzipFromBytes) return wholeResponse(document.bytes, { headers: typed });
  return wholeResponse(await compressed(document), { headers: { ...typed, "Content-Encoding": "gzip" } });
}

const compress = promisify(gzip);
const archive = new WeakMap<Document, Promise<Uint8Array<ArrayBuffer>>>();

function compressed(document: Document): Promise<Uint8Array<ArrayBuffer>> {
  const known = archive.get(document);
  if (known) return known;
  // Buffers of zlib lie in memory of their own.
  const made = compress(document.bytes, { level: 4 }) as Promise<Buffer<ArrayBuffer>>;
  archive.set(document, made);
  return made;
}
