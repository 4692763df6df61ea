import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Http2SecureServer, ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import {
  type Api,
  ApiError,
  badRequest,
  type Connection,
  statusOf,
  statusResponse,
  type UserInfo,
  unauthorized,
} from "@peapod/machinery";
import { openProtocols } from "../authentication/bearer.ts";
import { type Incoming, type ReadRequest, readIncoming } from "./incoming.ts";
import type { ListenOptions } from "./listen.ts";
import { cutOff, type Outgoing, sendResponse } from "./outgoing.ts";
import { createUpgrader } from "./upgrade.ts";

/** Requests that are being answered, and the connections they come by. */
export class Service {
  /** Where clients reach us; known once the server is bound. */
  authority = "localhost";
  readonly #api: Api;
  readonly #options: ListenOptions;
  readonly #server: Http2SecureServer;
  readonly #upgrader = createUpgrader();
  readonly #running = new Set<Running>();
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(api: Api, options: ListenOptions, server: Http2SecureServer) {
    this.#api = api;
    this.#options = options;
    this.#server = server;
    const { log } = options;
    // Uploads may take long; a client that never finishes its headers may not. Idle connections outlast those of proxies.
    Object.assign(server, { requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 95_000 });
    server.on("secureConnection", (socket) => {
      socket.setKeepAlive(true, 30_000);
      remember(this.#sockets, socket);
    });
    server.on("session", (session) => {
      session.on("error", (error) => log.debug("connection failed", { error }));
      remember(this.#sessions, session);
    });
    server.on("tlsClientError", (error) => log.debug("handshake failed", { error }));
    server.on("request", (incoming, outgoing) => {
      this.#serve(incoming, outgoing).catch((error) => {
        log.error("request failed", { path: incoming.url, error });
        cutOff(outgoing);
      });
    });
    server.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(incoming, socket, head).catch((error) => {
        log.error("upgrade failed", { path: incoming.url, error });
        socket.destroy();
      });
    });
  }

  async close(graceMs = 2_000): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const running of this.#running) if (running.isEndless) running.abort();
    for (const session of this.#sessions) session.close();
    const late = setTimeout(() => {
      for (const running of this.#running) running.abort();
    }, graceMs);
    // What does not even heed its signal is left behind.
    const given = new AbortController();
    const lost = setTimeout(() => given.abort(), graceMs + 500);
    await this.#idle(given.signal);
    clearTimeout(late);
    clearTimeout(lost);
    for (const session of this.#sessions) session.destroy();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(incoming: Incoming, outgoing: Outgoing): Promise<void> {
    using running = this.#start();
    const closed = Promise.withResolvers<void>();
    outgoing.on("close", () => {
      if (!outgoing.writableEnded) running.abort();
      closed.resolve();
    });
    // An error of the connection ends the answer; there is nobody to tell.
    outgoing.on("error", () => running.abort());
    const auditId = randomUUID();
    const read = readIncoming(incoming, this.authority);
    const response = await this.#answer(read, running, auditId);
    if (running.signal.aborted) {
      await response.body?.cancel().catch(() => {});
      cutOff(outgoing);
      return;
    }
    try {
      await sendResponse(response, outgoing, {
        method: incoming.method ?? "GET",
        acceptEncoding: incoming.headers["accept-encoding"]?.toString() ?? null,
        defaults: standardHeaders(auditId),
        onStream: () => {
          running.isEndless = true;
        },
        signal: running.signal,
      });
    } catch (error) {
      this.#options.log.error("answer failed", { auditId, path: incoming.url, error });
    }
    read.discardBody();
    await closed.promise;
  }

  /** The Api's answer, or the refusal of whoever may not ask. Never throws. */
  async #answer(read: ReadRequest, running: Running, auditId: string): Promise<Response> {
    try {
      // Nobody's body is read before it is known whose it is.
      const user = await this.#userOf(read);
      return await this.#api.fetch(await read.toRequest(running.signal), { user });
    } catch (error) {
      return this.#refusal(error, running, auditId);
    }
  }

  async #upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    using running = this.#start();
    running.isEndless = true;
    socket.on("error", () => running.abort());
    socket.on("close", () => running.abort());
    const cut = (): void => void socket.destroy();
    running.signal.addEventListener("abort", cut, { once: true });
    const auditId = randomUUID();
    const answer = await this.#connect(incoming, running.signal).catch((error) =>
      this.#refusal(error, running, auditId),
    );
    if (answer instanceof Response) {
      await this.#upgrader.refuse(socket, answer, standardHeaders(auditId));
      return;
    }
    // From here on there is a way to say goodbye.
    running.signal.removeEventListener("abort", cut);
    await this.#upgrader.accept({ incoming, socket, head, signal: running.signal }, answer);
  }

  async #connect(incoming: IncomingMessage, signal: AbortSignal): Promise<Connection | Response> {
    const read = readIncoming(incoming, this.authority);
    const user = await this.#userOf(read);
    const request = await read.toRequest(signal);
    // Other protocols are not spoken here; whether there is such a path is for the Api to say.
    if (incoming.headers.upgrade?.toLowerCase() !== "websocket") return await this.#refuseProtocol(request, user);
    const header = "sec-websocket-protocol";
    const protocols = (request.headers.get(header) ?? "").split(",").map((name) => name.trim());
    const offered = openProtocols(protocols.filter((name) => name !== ""));
    if (offered.length === 0) request.headers.delete(header);
    else request.headers.set(header, offered.join(", "));
    return await this.#api.connect(request, { user });
  }

  async #refuseProtocol(request: Request, user: UserInfo): Promise<Response> {
    const answer = await this.#api.fetch(request, { user });
    if (!answer.ok) return answer;
    await answer.body?.cancel();
    throw badRequest("unable to upgrade: only websocket connections are supported");
  }

  /** @throws {ApiError} 401 */
  async #userOf({ credentials }: ReadRequest): Promise<UserInfo> {
    const user = await this.#options.authenticate(credentials);
    if (!user) throw unauthorized();
    return user;
  }

  #refusal(error: unknown, running: Running, auditId: string): Response {
    if (!(error instanceof ApiError) && !running.signal.aborted) {
      this.#options.log.error("request failed", { auditId, error });
    }
    return statusResponse(statusOf(error));
  }

  #start(): Running {
    const running = new Running((done) => this.#running.delete(done));
    this.#running.add(running);
    return running;
  }

  /** Resolves when nothing is being answered any more, or nobody wants to wait longer. */
  async #idle(signal: AbortSignal): Promise<void> {
    const enough = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    while (this.#running.size > 0 && !signal.aborted) {
      await Promise.race([Promise.all([...this.#running].map(({ done }) => done)), enough]);
    }
  }
}

/** One request, from its headers to the end of its answer. */
class Running implements Disposable {
  /** A watch, a followed log, a websocket: ends when somebody ends it. */
  isEndless = false;
  readonly #controller = new AbortController();
  readonly #done = Promise.withResolvers<void>();
  readonly #forget: (running: Running) => void;

  constructor(forget: (running: Running) => void) {
    this.#forget = forget;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get done(): Promise<void> {
    return this.#done.promise;
  }

  abort(): void {
    this.#controller.abort();
  }

  [Symbol.dispose](): void {
    this.#forget(this);
    this.#done.resolve();
  }
}

/** Every answer has them; what it says itself goes before. */
function standardHeaders(auditId: string): Readonly<Record<string, string>> {
  return { "audit-id": auditId, "cache-control": "no-cache, private" };
}

function remember<T extends Socket | ServerHttp2Session>(all: Set<T>, one: T): void {
  all.add(one);
  one.once("close", () => all.delete(one));
}
