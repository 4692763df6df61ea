import type { LogRecord } from "./log-records.ts";

/** Reads a log as it grows. One that does not keep up loses the oldest records; it never holds up who writes them. */
export class LogFollower {
  readonly #signal: AbortSignal;
  #queue: { readonly number: number; readonly record: LogRecord }[] = [];
  #isOver = false;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.end(), { once: true });
  }

  push(number: number, record: LogRecord): void {
    this.#queue.push({ number, record });
    if (this.#queue.length > 10_000) this.#queue.shift();
    this.#wake?.();
  }

  /** Forgets what was read elsewhere: all records up to this number. */
  dropUntil(number: number): void {
    this.#queue = this.#queue.filter((entry) => entry.number > number);
  }

  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  async *records(): AsyncIterable<LogRecord> {
    for (;;) {
      const next = this.#queue.shift();
      if (next) yield next.record;
      else if (this.#isOver || this.#signal.aborted) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
