import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { constants, type Http2ServerResponse } from "node:http2";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { gzipFromBytes } from "../documents/document.ts";
import { wholeBodyOf } from "../whole-response.ts";

export type Outgoing = ServerResponse | Http2ServerResponse;

export interface SendOptions {
  readonly method: string;
  readonly acceptEncoding: string | null;
  /** Sent with the response unless it says otherwise. */
  readonly defaults: Readonly<Record<string, string>>;
  /** Told once it is clear that the body is a stream, which may never end by itself. */
  readonly onStream: () => void;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** Belong to a connection, not to an answer: Node writes its own, and HTTP/2 has none. */
const connectionHeaders = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection"]);

/** Writes a Response: at once where its whole body is there, else as its chunks come and the client takes them. */
export async function sendResponse(response: Response, to: Outgoing, options: SendOptions): Promise<void> {
  // The two classes share what is used here, but not the types of their overloads.
  const outgoing = to as ServerResponse;
  const headers = headersOf(response, options.defaults);
  const whole = wholeBodyOf(response);
  if (whole !== undefined) {
    const bytes = await packed(typeof whole === "string" ? Buffer.from(whole) : whole, headers, response, options);
    outgoing.writeHead(response.status, { ...headers, "content-length": bytes.byteLength });
    outgoing.end(options.method === "HEAD" ? undefined : bytes);
    return;
  }
  if (response.body === null || options.method === "HEAD") {
    await response.body?.cancel();
    const isEmpty = response.status === 204 || response.status === 304 || options.method === "HEAD";
    outgoing.writeHead(response.status, isEmpty ? headers : { ...headers, "content-length": 0 });
    outgoing.end();
    return;
  }
  await sendStream(response.body, outgoing, () => outgoing.writeHead(response.status, headers), options);
}

/** A client waits for the headers of a watch before anything happens in it: they go out first. */
async function sendStream(
  body: ReadableStream<Uint8Array>,
  outgoing: ServerResponse,
  begin: () => void,
  { signal, onStream }: SendOptions,
): Promise<void> {
  const reader = body.getReader();
  const stop = (): void => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  try {
    begin();
    outgoing.flushHeaders();
    onStream();
    while (!signal.aborted) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!outgoing.write(value)) await drained(outgoing, signal);
    }
    outgoing.end();
  } catch (error) {
    // The headers are out: all that can be said is that the body is not whole.
    cutOff(outgoing);
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function headersOf(response: Response, defaults: Readonly<Record<string, string>>): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { ...defaults };
  for (const [name, value] of response.headers) if (!connectionHeaders.has(name)) headers[name] = value;
  return headers;
}

const compress = promisify(gzip);

/** Compresses a large body for a client that takes it. */
async function packed(
  bytes: Uint8Array<ArrayBuffer>,
  headers: OutgoingHttpHeaders,
  { status }: Response,
  { acceptEncoding }: SendOptions,
): Promise<Uint8Array> {
  const isLarge = bytes.byteLength >= gzipFromBytes && status === 200;
  if (!isLarge || headers["content-encoding"] !== undefined || !acceptEncoding?.includes("gzip")) return bytes;
  headers["content-encoding"] = "gzip";
  headers["vary"] ??= "Accept-Encoding";
  return await compress(bytes, { level: 1 });
}

function drained(outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.off("drain", done);
      outgoing.off("close", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    outgoing.on("drain", done);
    outgoing.on("close", done);
    signal.addEventListener("abort", done);
  });
}

/** Ends an answer so that the client can tell it from a whole one. */
export function cutOff(outgoing: Outgoing): void {
  if ("stream" in outgoing) outgoing.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else outgoing.destroy();
}
