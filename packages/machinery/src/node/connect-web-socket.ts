import { WebSocket } from "ws";
import { ApiError, statusResponse } from "../errors/api-error.ts";
import { readError } from "../errors/read-error.ts";
import type { ClientConnect, Connection } from "../seam/types.ts";
import { type HttpsFetchOptions, nodeTlsOptions, type TlsOptions } from "./https-fetch.ts";
import { connectionOf } from "./socket-connection.ts";

export interface WebSocketOptions extends TlsOptions {
  /** Offered in this order, for example `["plain.kubevirt.io"]`. */
  readonly protocols?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string | string[]>> | undefined;
  /** Ends the attempt; afterwards, the connection. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a websocket.
 *
 * @param url  `wss://…` or `https://…` (and the same without TLS)
 * @throws {ApiError} when the server answers with a refusal instead
 */
export async function connectWebSocket(url: string, options: WebSocketOptions = {}): Promise<Connection> {
  const { signal } = options;
  signal?.throwIfAborted();
  const socket = new WebSocket(url.replace(/^http/, "ws"), [...(options.protocols ?? [])], {
    ...nodeTlsOptions(options),
    headers: { ...options.headers },
    perMessageDeflate: false,
    handshakeTimeout: 10_000,
  });
  const onAbort = () => socket.terminate();
  signal?.addEventListener("abort", onAbort);
  try {
    await opened(socket);
  } catch (error) {
    signal?.removeEventListener("abort", onAbort);
    signal?.throwIfAborted();
    if (error instanceof ApiError) throw error;
    throw new Error(`Cannot reach ${new URL(url).origin.replace(/^ws/, "http")}`, { cause: error });
  }
  socket.on("close", () => signal?.removeEventListener("abort", onAbort));
  return connectionOf(socket);
}

/** The counterpart of `createHttpsFetch` for upgraded streams. The subprotocols are those of the request's header. */
export function createHttpsConnect(options: HttpsFetchOptions): ClientConnect {
  const server = new URL(options.server);
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const token = typeof options.token === "function" ? await options.token() : options.token;
    const offered = request.headers.get("sec-websocket-protocol") ?? "";
    try {
      return await connectWebSocket(`${server.origin}${server.pathname.replace(/\/$/, "")}${pathname}${search}`, {
        ...options,
        protocols: offered.split(",").flatMap((name) => name.trim() || []),
        headers: { ...options.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
        signal: request.signal,
      });
    } catch (error) {
      if (error instanceof ApiError) return statusResponse(error.status);
      throw error;
    }
  };
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the connection was closed")));
    socket.on("unexpected-response", (request, response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("close", () => {
        const status = response.statusCode ?? 500;
        // A body of 101 or below 200 is impossible here, and a Response refuses such codes.
        readError(new Response(Buffer.concat(chunks), { status: status < 200 ? 500 : status })).then(reject);
        request.destroy();
      });
    });
  });
}
