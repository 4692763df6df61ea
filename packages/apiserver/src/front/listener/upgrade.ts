import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Connection } from "@peapod/machinery";
import { connectionOf, joinConnections } from "@peapod/machinery/node";
import { type WebSocket, WebSocketServer } from "ws";

/** Larger messages end a connection: consoles and forwarded ports send small ones. */
const maxMessageBytes = 16 * 1024 * 1024;

/** A client that wants a websocket. */
export interface Upgrade {
  readonly incoming: IncomingMessage;
  readonly socket: Duplex;
  /** What came behind the headers already. */
  readonly head: Buffer;
  /** Aborted when the server goes, or the client has gone. */
  readonly signal: AbortSignal;
}

export interface Upgrader {
  /** Turns the client's socket into a websocket and joins it to what the API connected it with, until either ends. */
  readonly accept: (upgrade: Upgrade, connection: Connection) => Promise<void>;
  /** Answers an upgrade like an ordinary request, and closes. */
  readonly refuse: (socket: Duplex, response: Response, headers: Readonly<Record<string, string>>) => Promise<void>;
}

export function createUpgrader(): Upgrader {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: maxMessageBytes });
  // Told here because ws would refuse names that are no tokens, as `SPDY/3.1+portforward.k8s.io`.
  const chosen = new WeakMap<IncomingMessage, string>();
  server.on("headers", (headers, incoming) => {
    const protocol = chosen.get(incoming);
    if (protocol) headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
  });
  return {
    accept: async ({ incoming, socket, head, signal }, connection) => {
      delete incoming.headers["sec-websocket-protocol"];
      chosen.set(incoming, connection.protocol);
      const upgraded = await new Promise<WebSocket | undefined>((resolve) => {
        // A handshake that ws refuses is answered by it, and the socket closed.
        socket.once("close", () => resolve(undefined));
        server.handleUpgrade(incoming, socket, head, resolve);
      });
      if (!upgraded) {
        await Promise.allSettled([connection.readable.cancel(), connection.writable.abort()]);
        return;
      }
      const leave = (): void => upgraded.close(1001, "the server is going away");
      if (signal.aborted) leave();
      signal.addEventListener("abort", leave, { once: true });
      await joinConnections(connectionOf(upgraded), connection);
    },
    refuse: async (socket, response, extra) => {
      const body = Buffer.from(await response.arrayBuffer());
      const lines = [`HTTP/1.1 ${response.status} ${response.statusText || reasonOf(response.status)}`];
      const headers = { ...extra, ...Object.fromEntries(response.headers), "content-length": body.length };
      for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
      socket.end(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\nconnection: close\r\n\r\n`), body]));
    },
  };
}

const reasons: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

function reasonOf(status: number): string {
  return reasons[status] ?? "Error";
}
