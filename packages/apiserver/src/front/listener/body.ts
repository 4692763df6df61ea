import type { Incoming } from "./incoming.ts";

/** What an unread rest of a body may cost before the connection is given up instead. */
const drainBytes = 64 * 1024 * 1024;

export interface IncomingBody {
  readonly stream: ReadableStream<Uint8Array>;
  /** Lets the rest go by unread, so that the connection can be used for the next request. */
  readonly discard: () => void;
}

/**
 * A request's body as a stream that reads from the socket no faster than it is read from. Cancelling it does not touch the
 * connection: the answer has to go out by it.
 */
export function streamBody(incoming: Incoming): IncomingBody {
  let isOver = false;
  let stop = (): void => {};
  const discard = (): void => {
    if (isOver) return;
    isOver = true;
    stop();
    let drained = 0;
    incoming.on("data", (chunk: Uint8Array) => {
      drained += chunk.byteLength;
      if (drained > drainBytes) incoming.destroy();
    });
    incoming.on("error", () => {});
    incoming.resume();
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const onData = (chunk: Uint8Array): void => {
          controller.enqueue(chunk);
          if ((controller.desiredSize ?? 0) <= 0) incoming.pause();
        };
        const onEnd = (): void => {
          isOver = true;
          stop();
          controller.close();
        };
        const onBroken = (error?: unknown): void => {
          if (isOver) return;
          isOver = true;
          stop();
          controller.error(error ?? new Error("the client went away in the middle of its request"));
        };
        stop = () => {
          incoming.off("data", onData).off("end", onEnd).off("close", onBroken);
        };
        incoming.pause();
        incoming.on("data", onData).on("end", onEnd).on("error", onBroken).on("close", onBroken);
      },
      pull: () => {
        incoming.resume();
      },
      cancel: discard,
    },
    { highWaterMark: 256 * 1024, size: (chunk) => chunk?.byteLength ?? 0 },
  );
  return { stream, discard };
}
