import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { Readable } from "node:stream";
import type { TLSSocket } from "node:tls";
import { ApiError, type Log, statusOf, unauthorized } from "@peapod/machinery";
import { connectionOf, joinConnections } from "@peapod/machinery/node";
import { WebSocketServer } from "ws";
import type { AgentApi } from "./agent-api.ts";

export interface AgentListenerOptions {
  readonly api: AgentApi;
  readonly host: string;
  /** 0: any free one */
  readonly port: number;
  /** PEM. Callers show certificates of the same authority. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly log: Log;
}

export interface AgentListener extends AsyncDisposable {
  readonly port: number;
}

/** Only the control plane and administrators of the instance may ask an agent; to the guests' consoles it is the last door. */
const allowedGroups = ["peapod:gateway", "system:masters"];
const subprotocol = "plain.kubevirt.io";

export async function listenForGateway({ api, host, port, tls, log }: AgentListenerOptions): Promise<AgentListener> {
  const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.2" });
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 1024 * 1024,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
  server.on("request", (incoming, outgoing) => void answer(api, incoming, outgoing, log));
  server.on(
    "upgrade",
    (incoming: IncomingMessage, socket: Socket, head: Buffer) =>
      void upgrade(api, sockets, incoming, socket, head, log),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port, // listening on TCP
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      await closeServer(server);
    },
  };
}

async function answer(api: AgentApi, incoming: IncomingMessage, outgoing: ServerResponse, log: Log): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort(new Error("the client left")));
  try {
    authorize(incoming);
    const request = new Request(urlOf(incoming), { method: incoming.method ?? "GET", signal: gone.signal });
    const response = await api.fetch(request);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.flushHeaders();
    if (response.body)
      for await (const chunk of response.body) if (!outgoing.write(chunk)) await drained(outgoing, gone.signal);
    outgoing.end();
  } catch (error) {
    if (gone.signal.aborted) return;
    if (outgoing.headersSent) {
      outgoing.destroy();
      return;
    }
    refuse(outgoing, error, log);
  }
}

async function upgrade(
  api: AgentApi,
  sockets: WebSocketServer,
  incoming: IncomingMessage,
  socket: Socket,
  head: Buffer,
  log: Log,
): Promise<void> {
  socket.on("error", () => {}); // a client that left
  const gone = new AbortController();
  socket.once("close", () => gone.abort(new Error("the client left")));
  try {
    authorize(incoming);
    const stream = await api.connect(new Request(urlOf(incoming), { signal: gone.signal }));
    sockets.handleUpgrade(incoming, socket, head, (client) => void joinConnections(connectionOf(client), stream));
  } catch (error) {
    const status = statusOf(error);
    if (!(error instanceof ApiError)) log.error("stream not opened", { path: incoming.url, error });
    const body = JSON.stringify(status);
    socket.end(
      `HTTP/1.1 ${status.code ?? 500} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  }
}

/** The certificate was checked against the instance's authority; here it counts for what it was issued. */
function authorize({ socket }: IncomingMessage): void {
  const { subject } = (socket as TLSSocket).getPeerCertificate(); // an https server's sockets
  const groups = [subject?.O ?? []].flat();
  if (!groups.some((group) => allowedGroups.includes(group))) throw unauthorized();
}

function urlOf(incoming: IncomingMessage): string {
  return `https://node${incoming.url ?? "/"}`;
}

function refuse(outgoing: ServerResponse, error: unknown, log: Log): void {
  if (!(error instanceof ApiError)) log.error("request failed", { error });
  const status = statusOf(error);
  outgoing.writeHead(status.code ?? 500, { "content-type": "application/json" });
  Readable.from([JSON.stringify(status)]).pipe(outgoing);
}

function drained(outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    outgoing.once("drain", resolve);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
