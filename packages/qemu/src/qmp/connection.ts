import { connect, type Socket } from "node:net";
import { QmpBusyError, QmpClosedError, QmpError, QmpTimeoutError } from "./errors.ts";
import { EventStream } from "./event-stream.ts";
import { LineSplitter } from "./lines.ts";
import { parseQmpMessage, type QmpEvent, type QmpGreeting, type QmpMessage } from "./messages.ts";

export interface QmpConnectOptions {
  readonly signal?: AbortSignal | undefined;
  /** Negotiate out-of-band commands: they are answered even while QEMU's main loop hangs. For the spare monitor. */
  readonly oob?: boolean | undefined;
  /** QEMU greets at once; longer than this means that another client holds the monitor. */
  readonly greetingTimeoutMs?: number | undefined;
}

export interface QmpExecuteOptions {
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs?: number | undefined;
  /** Send it out of band (`exec-oob`): only on a connection opened with `oob`, and only what QEMU allows. */
  readonly oob?: boolean | undefined;
}

/** One client of one QMP monitor. Leaving its scope closes our connection, never the guest. */
export interface Qmp extends AsyncDisposable {
  readonly path: string;
  readonly greeting: QmpGreeting;
  /** Aborted as soon as the connection ends, whoever ended it. */
  readonly closed: AbortSignal;
  /** @throws {QmpError} refused, {@link QmpTimeoutError} no answer in time, {@link QmpClosedError} QEMU is gone */
  execute(
    command: string,
    commandArguments?: { readonly [name: string]: unknown },
    options?: QmpExecuteOptions,
  ): Promise<unknown>;
  /** Events from this call on; ends with the connection. An event may be missed: it says when to look, not what is. */
  events(options?: { readonly signal?: AbortSignal }): AsyncIterableIterator<QmpEvent>;
  close(): void;
}

/**
 * Opens a monitor and negotiates.
 *
 * @throws {QmpBusyError} another client holds it
 * @throws {Error} `ENOENT` or `ECONNREFUSED` as `code`: no QEMU listens there
 * @see https://www.qemu.org/docs/master/interop/qmp-spec.html
 */
export async function connectQmp(path: string, options: QmpConnectOptions = {}): Promise<Qmp> {
  const { signal, oob = false, greetingTimeoutMs = 1000 } = options;
  const socket = await openSocket(path, signal);
  const connection = new QmpConnection(path, socket);
  try {
    await connection.greet(greetingTimeoutMs, signal);
    await connection.execute("qmp_capabilities", oob ? { enable: ["oob"] } : {}, { signal });
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** @throws {QmpBusyError} where even the queue of waiting clients is full */
async function openSocket(path: string, signal: AbortSignal | undefined): Promise<Socket> {
  signal?.throwIfAborted();
  const socket = connect({ path });
  return await new Promise<Socket>((resolve, reject) => {
    const abort = (): void => {
      socket.destroy();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
    socket.once("connect", () => {
      signal?.removeEventListener("abort", abort);
      socket.removeAllListeners("error");
      resolve(socket);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      signal?.removeEventListener("abort", abort);
      socket.destroy();
      reject(error.code === "EAGAIN" ? new QmpBusyError(path) : error);
    });
  });
}

interface Waiting {
  readonly command: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

class QmpConnection implements Qmp {
  readonly path: string;
  readonly #socket: Socket;
  readonly #lines = new LineSplitter();
  readonly #events = new EventStream<QmpEvent>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #closing = new AbortController();
  readonly #greeted = Promise.withResolvers<QmpGreeting>();
  #greeting: QmpGreeting | undefined;
  #lastId = 0;

  constructor(path: string, socket: Socket) {
    this.path = path;
    this.#socket = socket;
    this.#greeted.promise.catch(() => {});
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", (error) => this.#end(error));
    socket.on("close", () => this.#end());
  }

  get greeting(): QmpGreeting {
    if (this.#greeting === undefined) throw new QmpClosedError(`QEMU has not greeted on "${this.path}"`);
    return this.#greeting;
  }

  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  async greet(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    using timer = after(timeoutMs, () => this.#greeted.reject(new QmpBusyError(this.path)));
    using _ = whenAborted(signal, (reason) => this.#greeted.reject(reason));
    this.#greeting = await this.#greeted.promise;
    timer[Symbol.dispose]();
  }

  async execute(
    command: string,
    commandArguments: { readonly [name: string]: unknown } = {},
    options: QmpExecuteOptions = {},
  ): Promise<unknown> {
    const { signal, deadlineMs = 10_000, oob = false } = options;
    signal?.throwIfAborted();
    if (this.closed.aborted) throw new QmpClosedError(`QEMU closed "${this.path}"`, { cause: this.closed.reason });
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { command, resolve, reject });
    using _timer = after(deadlineMs, () => reject(new QmpTimeoutError(command, deadlineMs)));
    using _abort = whenAborted(signal, reject);
    this.#socket.write(
      `${JSON.stringify({ [oob ? "exec-oob" : "execute"]: command, arguments: commandArguments, id })}\n`,
    );
    try {
      return await promise;
    } finally {
      this.#waiting.delete(id);
    }
  }

  events(options: { readonly signal?: AbortSignal } = {}): AsyncIterableIterator<QmpEvent> {
    return this.#events.read(options.signal);
  }

  close(): void {
    this.#socket.destroy();
    this.#end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const line of this.#lines.push(chunk)) this.#deliver(parseQmpMessage(line.toString("utf8")));
    } catch (error) {
      this.#socket.destroy();
      this.#end(error);
    }
  }

  #deliver(message: QmpMessage): void {
    switch (message.type) {
      case "greeting":
        this.#greeted.resolve(message.greeting);
        break;
      case "event":
        this.#events.emit(message.event);
        break;
      case "return":
        this.#waiting.get(Number(message.id))?.resolve(message.value);
        break;
      case "error": {
        const waiting = this.#waiting.get(Number(message.id));
        waiting?.reject(new QmpError(waiting.command, message.errorClass, message.description));
      }
    }
  }

  #end(cause?: unknown): void {
    if (this.closed.aborted) return;
    const error = new QmpClosedError(`QEMU closed "${this.path}"`, { cause });
    this.#closing.abort(error);
    this.#greeted.reject(error);
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
    this.#events.end();
  }
}

function after(ms: number, action: () => void): Disposable {
  const timer = setTimeout(action, ms);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

function whenAborted(signal: AbortSignal | undefined, action: (reason: Error) => void): Disposable {
  const listener = (): void => action(signal?.reason);
  signal?.addEventListener("abort", listener, { once: true });
  return { [Symbol.dispose]: () => signal?.removeEventListener("abort", listener) };
}
