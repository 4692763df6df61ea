/**
 * Hands values from a producer that never waits to any number of readers that do. A reader gets what comes after it began; one that
 * lags further behind than `capacity` loses the oldest, so it must look at the state and not rely on having seen every event.
 */
export class EventStream<T> {
  readonly #readers = new Set<{ readonly deliver: (value: T) => void; readonly stop: () => void }>();
  readonly #capacity: number;
  #ended = false;

  constructor(capacity = 1024) {
    this.#capacity = capacity;
  }

  emit(value: T): void {
    for (const reader of this.#readers) reader.deliver(value);
  }

  end(): void {
    this.#ended = true;
    for (const reader of this.#readers) reader.stop();
  }

  /** Listens from this call on (not from the first `next()`); ends when the stream does or the signal aborts. */
  read(signal?: AbortSignal): AsyncIterableIterator<T> {
    const queue: T[] = [];
    let over = this.#ended || signal?.aborted === true;
    let wake: (() => void) | undefined;
    const stop = (): void => {
      over = true;
      this.#readers.delete(reader);
      signal?.removeEventListener("abort", stop);
      wake?.();
    };
    const deliver = (value: T): void => {
      queue.push(value);
      if (queue.length > this.#capacity) queue.shift();
      wake?.();
    };
    const reader = { deliver, stop };
    if (!over) {
      this.#readers.add(reader);
      signal?.addEventListener("abort", stop, { once: true });
    }
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      async next() {
        while (queue.length === 0 && !over) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          wake = undefined;
        }
        const value = queue.shift();
        return value === undefined ? { done: true, value: undefined } : { done: false, value };
      },
      async return() {
        stop();
        queue.length = 0;
        return { done: true, value: undefined };
      },
    };
  }
}
