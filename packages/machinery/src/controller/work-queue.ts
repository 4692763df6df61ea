import { backoffMs, maxTimerMs } from "../time/delay.ts";

export interface WorkQueueOptions {
  /** Must not throw. */
  readonly process: (key: string) => Promise<void>;
  /** How many keys are worked on at once; never the same one twice. */
  readonly concurrency?: number | undefined;
  /** Ends the queue: what is running may finish, nothing new begins. */
  readonly signal: AbortSignal;
  readonly random: () => number;
}

const retryBackoff = { baseMs: 100, maxMs: 60_000 };

/**
 * Keys to work on. Adding a key that waits already changes nothing; adding one that is being worked on has it worked on once more
 * afterwards. So every change is followed by a look that began after it.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #concurrency: number;
  readonly #ready = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #timers = new Map<string, { readonly dueAt: number; readonly timer: ReturnType<typeof setTimeout> }>();
  readonly #failures = new Map<string, number>();

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#concurrency = options.concurrency ?? 16;
    options.signal.addEventListener("abort", () => {
      for (const { timer } of this.#timers.values()) clearTimeout(timer);
      this.#timers.clear();
      this.#ready.clear();
    });
  }

  add(key: string): void {
    if (this.#options.signal.aborted) return;
    if (this.#running.has(key)) this.#again.add(key);
    else this.#ready.add(key);
    this.#pump();
  }

  /** Of several times for one key the earliest counts, until the key is worked on. */
  addAfter(key: string, ms: number): void {
    if (this.#options.signal.aborted) return;
    const dueAt = Date.now() + ms;
    const before = this.#timers.get(key);
    if (before !== undefined && before.dueAt <= dueAt) return;
    clearTimeout(before?.timer);
    const timer = setTimeout(
      () => {
        this.#timers.delete(key);
        this.add(key);
      },
      Math.min(Math.max(ms, 0), maxTimerMs),
    );
    this.#timers.set(key, { dueAt, timer });
  }

  /** @returns how often the key has failed in a row, this time included */
  retry(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.addAfter(key, backoffMs(failures, { ...retryBackoff, random: this.#options.random }));
    return failures + 1;
  }

  /** The key did well: its next failure is a first one. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Resolves when nothing is being worked on. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  #pump(): void {
    for (const key of this.#ready) {
      if (this.#running.size >= this.#concurrency) return;
      this.#ready.delete(key);
      // This look decides anew when to look again.
      clearTimeout(this.#timers.get(key)?.timer);
      this.#timers.delete(key);
      this.#running.set(key, this.#work(key));
    }
  }

  async #work(key: string): Promise<void> {
    await Promise.resolve(); // so that changes of one batch are one look
    if (!this.#options.signal.aborted) await this.#options.process(key);
    this.#running.delete(key);
    if (this.#again.delete(key)) this.add(key);
    else this.#pump();
  }
}
