import { connect, type Socket } from "node:net";
import type { Connection } from "@peapod/machinery";
import { ConsoleLog } from "./console-log.ts";

/** What one viewer may leave unread before it is dropped; the guest's console must not wait for anybody. */
const viewerBacklogBytes = 256 * 1024;
const reconnectMs = 250;

/**
 * The one client of a guest's serial socket: always reading, into the log and to every viewer. Viewers see what was shown before
 * they came, and all may type.
 */
export class SerialConsole implements Disposable {
  readonly log: ConsoleLog;
  readonly #socketPath: string;
  readonly #viewers = new Set<(chunk: Uint8Array) => void>();
  readonly #decoder = new TextDecoder("utf-8");
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(socketPath: string, logPath: string) {
    this.#socketPath = socketPath;
    this.log = new ConsoleLog(logPath);
    this.#connect();
  }

  /** A new viewer's end of the console; ends with the viewer, with the console, or when the viewer falls behind. */
  attach(): Connection {
    let onChunk: ((chunk: Uint8Array) => void) | undefined;
    const readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          const before = this.log.scrollBack();
          if (before !== "") controller.enqueue(Buffer.from(before));
          onChunk = (chunk) => {
            controller.enqueue(chunk);
            if ((controller.desiredSize ?? 0) > 0) return;
            this.#detach(onChunk);
            controller.error(new Error("the viewer does not read what the console shows"));
          };
          this.#viewers.add(onChunk);
          this.#endings.set(onChunk, () => controller.close());
        },
        cancel: () => this.#detach(onChunk),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: viewerBacklogBytes }),
    );
    const writable = new WritableStream<Uint8Array>({
      write: (chunk) => {
        this.#socket?.write(chunk);
      },
      close: () => this.#detach(onChunk, true),
      abort: () => this.#detach(onChunk, true),
    });
    return { protocol: "plain.kubevirt.io", readable, writable };
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
    for (const viewer of [...this.#viewers]) this.#detach(viewer, true);
    this.log[Symbol.dispose]();
  }

  readonly #endings = new Map<(chunk: Uint8Array) => void, () => void>();

  #detach(viewer: ((chunk: Uint8Array) => void) | undefined, end = false): void {
    if (!viewer || !this.#viewers.delete(viewer)) return;
    if (end) this.#endings.get(viewer)?.();
    this.#endings.delete(viewer);
  }

  #connect(): void {
    const socket = connect(this.#socketPath);
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.log.write(this.#decoder.decode(chunk, { stream: true }));
      for (const viewer of [...this.#viewers]) viewer(chunk);
    });
    // QEMU is not there yet, or goes: whoever keeps guests closes us then.
    socket.on("error", () => {});
    socket.on("close", () => {
      if (!this.#isClosed) this.#timer = setTimeout(() => this.#connect(), reconnectMs);
    });
  }
}
