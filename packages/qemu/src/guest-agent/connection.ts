import { connect, type Socket } from "node:net";
import { LineSplitter } from "../qmp/lines.ts";
import { asRecord } from "../qmp/messages.ts";
import { GuestAgentClosedError, GuestAgentError, GuestAgentTimeoutError } from "./errors.ts";

export interface AgentExecuteOptions {
  readonly signal?: AbortSignal | undefined;
  /** From when the command is sent; waiting for the commands before it does not count. */
  readonly deadlineMs?: number | undefined;
}

/**
 * The one client of a guest's agent. Commands queue: one is in flight at a time. The agent may hang, die and come back without a word, and
 * answers then come late; so each connection begins by asking for a number back, and so does the first command after a time-out,
 * and all that comes before that number is thrown away.
 */
export interface GuestAgent extends AsyncDisposable {
  /** Aborted when the connection ends (QEMU is gone); a guest without a running agent does not end it. */
  readonly closed: AbortSignal;
  /**
   * @throws {GuestAgentError} the agent refused, {@link GuestAgentTimeoutError} it did not answer, {@link GuestAgentClosedError}
   * QEMU is gone
   */
  execute(
    command: string,
    commandArguments?: { readonly [name: string]: unknown },
    options?: AgentExecuteOptions,
  ): Promise<unknown>;
  close(): void;
}

/**
 * Connects to the agent's socket. Succeeds whether or not an agent runs in the guest: the first command tells.
 *
 * @see https://www.qemu.org/docs/master/interop/qemu-ga-ref.html
 */
export async function connectGuestAgent(
  path: string,
  options: { readonly signal?: AbortSignal | undefined; readonly random?: (() => number) | undefined } = {},
): Promise<GuestAgent> {
  const { signal, random = Math.random } = options;
  signal?.throwIfAborted();
  const socket = connect({ path });
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      socket.destroy();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
    socket.once("connect", resolve).once("error", reject);
  });
  socket.removeAllListeners("error");
  return new AgentConnection(path, socket, random);
}

class AgentConnection implements GuestAgent {
  readonly #path: string;
  readonly #socket: Socket;
  readonly #random: () => number;
  readonly #lines = new LineSplitter(64 * 1024 * 1024);
  readonly #closing = new AbortController();
  #last: Promise<unknown> = Promise.resolve();
  #inSync = false;
  #onLine: ((line: Buffer) => void) | undefined;

  constructor(path: string, socket: Socket, random: () => number) {
    this.#path = path;
    this.#socket = socket;
    this.#random = random;
    socket.on("data", (chunk: Buffer) => {
      try {
        for (const line of this.#lines.push(chunk)) this.#onLine?.(line);
      } catch (error) {
        this.#end(error);
      }
    });
    socket.on("error", (error) => this.#end(error));
    socket.on("close", () => this.#end());
  }

  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  execute(
    command: string,
    commandArguments: { readonly [name: string]: unknown } = {},
    options: AgentExecuteOptions = {},
  ): Promise<unknown> {
    return this.#inTurn(options.signal, async () => {
      const limits = this.#limits(command, options);
      await this.#synchronize(limits);
      const line = await this.#ask(encode(command, commandArguments), () => true, limits);
      const answer = asRecord(JSON.parse(line.toString("utf8")));
      if (!("error" in answer)) return answer["return"];
      const error = asRecord(answer["error"]);
      throw new GuestAgentError(command, String(error["class"]), String(error["desc"]));
    });
  }

  close(): void {
    this.#end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #inTurn<T>(signal: AbortSignal | undefined, action: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => {
      signal?.throwIfAborted();
      return action();
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Flushes what a dead client left of a request (0xFF) and drops all answers to others. */
  async #synchronize(limits: Limits): Promise<void> {
    if (this.#inSync) return;
    const id = Math.floor(this.#random() * 0x7fff_ffff);
    const request = Buffer.concat([Buffer.from([0xff]), Buffer.from(encode("guest-sync-delimited", { id }))]);
    await this.#ask(request, (line) => line[0] === 0xff && answersWith(line.subarray(1), id), limits);
    this.#inSync = true;
  }

  async #ask(request: string | Buffer, isMine: (line: Buffer) => boolean, limits: Limits): Promise<Buffer> {
    if (this.closed.aborted) throw this.closed.reason;
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    this.#onLine = (line) => {
      if (isMine(line)) resolve(line);
    };
    const fail = (error: Error): void => reject(error);
    const timer = setTimeout(
      () => fail(new GuestAgentTimeoutError(limits.command, limits.deadlineMs)),
      limits.leftMs(),
    );
    const abort = (): void => fail(limits.signal?.reason);
    const end = (): void => fail(this.closed.reason);
    limits.signal?.addEventListener("abort", abort, { once: true });
    this.closed.addEventListener("abort", end, { once: true });
    this.#socket.write(request);
    try {
      return await promise;
    } catch (error) {
      // Its answer may still come.
      this.#inSync = false;
      throw error;
    } finally {
      clearTimeout(timer);
      limits.signal?.removeEventListener("abort", abort);
      this.closed.removeEventListener("abort", end);
      this.#onLine = undefined;
    }
  }

  #limits(command: string, { signal, deadlineMs = 5000 }: AgentExecuteOptions): Limits {
    const end = performance.now() + deadlineMs;
    return { command, signal, deadlineMs, leftMs: () => Math.max(0, end - performance.now()) };
  }

  #end(cause?: unknown): void {
    if (this.closed.aborted) return;
    this.#socket.destroy();
    this.#closing.abort(new GuestAgentClosedError(`The guest agent's socket "${this.#path}" closed`, { cause }));
  }
}

interface Limits {
  readonly command: string;
  readonly signal: AbortSignal | undefined;
  readonly deadlineMs: number;
  readonly leftMs: () => number;
}

function encode(command: string, commandArguments: { readonly [name: string]: unknown }): string {
  return `${JSON.stringify({ execute: command, arguments: commandArguments })}\n`;
}

function answersWith(line: Buffer, id: number): boolean {
  try {
    return asRecord(JSON.parse(line.toString("utf8")))["return"] === id;
  } catch {
    return false;
  }
}
