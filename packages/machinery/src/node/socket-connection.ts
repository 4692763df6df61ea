import type { WebSocket } from "ws";
import type { Connection } from "../seam/types.ts";

const unreadLimitBytes = 1024 * 1024;

/**
 * A websocket as a pair of byte streams. Text messages come as their bytes. Reading stops the socket while nobody takes what came;
 * a write is done when the socket has taken it. Closing the writable closes the socket.
 *
 * The readable ends with an orderly close and fails when the connection is lost.
 */
export function connectionOf(socket: WebSocket): Connection {
  const readable = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        socket.on("message", (data) => {
          const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
          if (bytes.length === 0) return;
          controller.enqueue(bytes);
          if ((controller.desiredSize ?? 0) <= 0) socket.pause();
        });
        socket.on("close", (code, reason) => {
          if (isOrderly(code)) controller.close();
          else controller.error(new Error(reason.toString() || `the connection was lost (websocket code ${code})`));
        });
        socket.on("error", () => {}); // "close" follows, with a code
      },
      pull() {
        socket.resume();
      },
      cancel() {
        socket.removeAllListeners("message");
        socket.removeAllListeners("close");
        socket.resume(); // a paused socket never sees the peer's close
        socket.close(1000);
      },
    },
    { highWaterMark: unreadLimitBytes, size: (chunk) => chunk?.byteLength ?? 0 },
  );
  const writable = new WritableStream<Uint8Array>({
    write: (chunk) =>
      new Promise((resolve, reject) =>
        socket.send(chunk, { binary: true }, (error) => (error ? reject(error) : resolve())),
      ),
    close: () => socket.close(1000),
    abort: (reason) => socket.close(1011, String(reason instanceof Error ? reason.message : reason).slice(0, 120)),
  });
  return { protocol: socket.protocol, readable, writable };
}

/** 1005 is a close without a code, which many clients send. */
function isOrderly(code: number): boolean {
  return code === 1000 || code === 1001 || code === 1005;
}

/**
 * Copies bytes both ways until either side ends, then ends the other. Never throws: a side that breaks is an end like any other.
 *
 * @param options.signal  ends both sides
 */
export async function joinConnections(
  a: Pick<Connection, "readable" | "writable">,
  b: Pick<Connection, "readable" | "writable">,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const copy = (from: ReadableStream<Uint8Array>, to: WritableStream<Uint8Array>) =>
    from.pipeTo(to, { signal }).catch(() => {});
  // A websocket cannot close one direction alone, so the first end is the end of both.
  const ways = [copy(a.readable, b.writable), copy(b.readable, a.writable)];
  await Promise.race(ways);
  stop.abort(new Error("the other side is gone"));
  await Promise.all(ways);
}
