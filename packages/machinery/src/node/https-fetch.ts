import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { ClientFetch } from "../seam/types.ts";

/** What a TLS client shows and trusts. Texts are PEM. */
export interface TlsOptions {
  /** Certificates to trust instead of the machine's. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The name to expect in the server's certificate, where it is not the one in the address. */
  readonly serverName?: string | undefined;
  /** Believes any certificate. Only for people who ask for it. */
  readonly insecure?: boolean | undefined;
}

export interface HttpsFetchOptions extends TlsOptions {
  /** `https://127.0.0.1:6443`; its host replaces that of every request, its path is put before the request's. */
  readonly server: string;
  /** Sent as bearer token; a function is asked for every request. */
  readonly token?: string | (() => Promise<string | undefined>) | undefined;
  /** Sent with every request, for example `Impersonate-User`; a list is sent as several headers of one name. */
  readonly headers?: Readonly<Record<string, string | string[]>> | undefined;
}

export interface HttpsFetch extends Disposable {
  readonly fetch: ClientFetch;
  /** Closes idle connections; running requests end by their own signals. */
  readonly close: () => void;
}

/** A `fetch` for one API server, with its own connections kept alive. Bodies are streamed, so watches and followed logs work. */
export function createHttpsFetch(options: HttpsFetchOptions): HttpsFetch {
  const server = new URL(options.server);
  const isTls = server.protocol === "https:";
  const agent = isTls
    ? new https.Agent({ keepAlive: true, ...nodeTlsOptions(options) })
    : new http.Agent({ keepAlive: true });
  const send = isTls ? https.request : http.request;

  const fetch: ClientFetch = async (request) => {
    request.signal.throwIfAborted();
    const { pathname, search } = new URL(request.url);
    const token = typeof options.token === "function" ? await options.token() : options.token;
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    const headers = {
      ...Object.fromEntries(request.headers),
      ...options.headers,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { "content-length": String(body.length) }),
    };
    const attempt = () =>
      new Promise<Response>((resolve, reject) => {
        const outgoing = send({
          agent,
          host: server.hostname.replace(/^\[|\]$/g, ""),
          port: server.port,
          method: request.method,
          path: `${server.pathname.replace(/\/$/, "")}${pathname}${search}`,
          headers,
          signal: request.signal,
        });
        outgoing.on("response", (incoming) => resolve(toResponse(incoming, request)));
        outgoing.on("error", (error) => reject(new SendError(error, outgoing.reusedSocket)));
        outgoing.end(body);
      });
    const isRepeatable = request.method === "GET" || request.method === "HEAD";
    return attempt()
      .catch((error) => {
        // The server closed an idle connection just when we took it up again: that says nothing about the server.
        if (isRepeatable && error instanceof SendError && error.isStale) return attempt();
        throw error;
      })
      .catch((error) => {
        request.signal.throwIfAborted();
        throw new Error(`Cannot reach ${server.origin}`, { cause: error instanceof SendError ? error.cause : error });
      });
  };
  const close = () => agent.destroy();
  return { fetch, close, [Symbol.dispose]: close };
}

/** Our names as Node's TLS names them. */
export function nodeTlsOptions(options: TlsOptions) {
  return {
    ...(options.ca !== undefined && { ca: options.ca }),
    ...(options.cert !== undefined && { cert: options.cert }),
    ...(options.key !== undefined && { key: options.key }),
    ...(options.serverName !== undefined && { servername: options.serverName }),
    ...(options.insecure && { rejectUnauthorized: false }),
  };
}

class SendError extends Error {
  readonly isStale: boolean;
  constructor(cause: Error, isReused: boolean) {
    super("send failed", { cause });
    this.isStale = isReused && "code" in cause && (cause.code === "ECONNRESET" || cause.code === "EPIPE");
  }
}

const unreadLimitBytes = 1024 * 1024;

function toResponse(incoming: IncomingMessage, request: Request): Response {
  const status = incoming.statusCode ?? 500;
  const headers = new Headers();
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i] ?? "", incoming.rawHeaders[i + 1] ?? "");
  }
  const isBodiless = request.method === "HEAD" || status === 204 || status === 205 || status === 304;
  if (isBodiless) incoming.resume();
  return new Response(isBodiless ? null : toStream(incoming, request.signal), {
    status,
    statusText: incoming.statusMessage ?? "",
    headers,
  });
}

/** The body as a web stream that stops reading from the socket while nobody takes what came. */
function toStream(incoming: IncomingMessage, signal: AbortSignal): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        incoming.on("data", (chunk: Uint8Array) => {
          controller.enqueue(chunk);
          if ((controller.desiredSize ?? 0) <= 0) incoming.pause();
        });
        incoming.on("end", () => controller.close());
        incoming.on("error", (error) => controller.error(signal.aborted ? signal.reason : error));
      },
      pull() {
        incoming.resume();
      },
      cancel() {
        incoming.removeAllListeners();
        incoming.on("error", () => {});
        incoming.destroy();
      },
    },
    { highWaterMark: unreadLimitBytes, size: (chunk) => chunk?.byteLength ?? 0 },
  );
}
