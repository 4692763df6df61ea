import { connect, type Socket } from "node:net";
import type { Connection } from "@peapod/machinery";

/** Takes every byte of the console, and gives back what it took before. */
export interface ConsoleLog {
  append(bytes: Buffer): void;
  tail(bytes: number): Promise<Buffer>;
}

export interface SerialConsoleOptions {
  /** QEMU's end of the guest's serial line. */
  readonly socketPath: string;
  readonly log: ConsoleLog;
}

/**
 * The one client of a guest's serial line. It always reads, since a client that does not stops the guest's console, and hands what
 * it reads to the log and to any number of viewers; a viewer that does not keep up is sent away. All viewers type into one line.
 */
export class SerialConsole implements AsyncDisposable {
  readonly #options: SerialConsoleOptions;
  readonly #viewers = new Set<ReadableStreamDefaultController<Uint8Array>>();
  #recent: Buffer = Buffer.alloc(0);
  #socket: Socket | undefined;
  #isClosed = false;
  #retry: NodeJS.Timeout | undefined;

  /** Ready when it is connected, so that a guest that starts to run after it loses no line. */
  static async open(options: SerialConsoleOptions): Promise<SerialConsole> {
    const console = new SerialConsole(options);
    console.#recent = await options.log.tail(scrollBackBytes);
    await console.#connect();
    return console;
  }

  private constructor(options: SerialConsoleOptions) {
    this.#options = options;
  }

  /** A viewer: first what the console showed last, then what it shows, until the guest's QEMU is gone. */
  attach(): Pick<Connection, "readable" | "writable"> {
    let own: ReadableStreamDefaultController<Uint8Array> | undefined;
    const leave = (): void => {
      if (own) this.#viewers.delete(own);
    };
    const readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          own = controller;
          if (this.#recent.length > 0) controller.enqueue(new Uint8Array(this.#recent));
          if (this.#isClosed) controller.close();
          else this.#viewers.add(controller);
        },
        cancel: leave,
      },
      { highWaterMark: unreadLimitBytes, size: (chunk) => chunk?.byteLength ?? 0 },
    );
    const writable = new WritableStream<Uint8Array>({
      // A guest that does not read its line must not fill our memory with what is typed at it.
      write: (chunk) => {
        if (this.#socket && this.#socket.writableLength < typedLimitBytes) this.#socket.write(chunk);
      },
      close: leave,
      abort: leave,
    });
    return { readable, writable };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#socket?.destroy();
    for (const viewer of this.#viewers) viewer.close();
    this.#viewers.clear();
  }

  async #connect(): Promise<void> {
    const socket = connect({ path: this.#options.socketPath });
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    if (this.#isClosed) {
      socket.destroy();
      return;
    }
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => this.#show(bytes));
    socket.on("error", () => {}); // "close" follows
    socket.on("close", () => {
      this.#socket = undefined;
      this.#connectAgain();
    });
  }

  /** QEMU keeps listening as long as it runs; whoever keeps the guest closes us when it is gone. */
  #connectAgain(): void {
    if (this.#isClosed) return;
    this.#retry = setTimeout(() => {
      this.#connect().catch(() => this.#connectAgain());
    }, 200);
    this.#retry.unref();
  }

  #show(bytes: Buffer): void {
    this.#options.log.append(bytes);
    this.#recent = Buffer.concat([this.#recent, bytes]).subarray(-scrollBackBytes);
    for (const viewer of this.#viewers) {
      if ((viewer.desiredSize ?? 0) > 0) {
        viewer.enqueue(new Uint8Array(bytes));
      } else {
        this.#viewers.delete(viewer);
        viewer.error(new Error("the console shows more than this viewer reads"));
      }
    }
  }
}

/** What a viewer sees at once: some screens. */
const scrollBackBytes = 16 * 1024;
const unreadLimitBytes = 1024 * 1024;
const typedLimitBytes = 64 * 1024;
