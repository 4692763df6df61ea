import type { PortTrouble, PortTroubles } from "@peapod/network";
import type { Pulse } from "./pulse.ts";

export interface PortWatchOptions {
  readonly pulse: Pick<Pulse, "onBeat">;
  /** Of the node, told apart from what they were. */
  readonly linkNames: () => string;
  /** Looks at the node's ends of all pods' interfaces. */
  readonly find: (signal: AbortSignal) => Promise<PortTroubles>;
  readonly onError: (error: unknown) => void;
}

/**
 * Looks at the node's ends of its guests' interfaces, which no pod shows: one look for all guests, as long as there are any. It starts a
 * program, so it is made seldom, and when the node's links are others than before.
 */
export class PortWatch implements Disposable {
  readonly #options: PortWatchOptions;
  readonly #stop = new AbortController();
  #followers = 0;
  #beats: Disposable | undefined;
  #beat = 0;
  #names = "";
  #troubles: PortTroubles = new Map();
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(options: PortWatchOptions) {
    this.#options = options;
  }

  /** Goes on looking until everybody who followed has left. */
  follow(): Disposable {
    this.#followers += 1;
    this.#beats ??= this.#options.pulse.onBeat(() => this.#onBeat());
    return {
      [Symbol.dispose]: () => {
        this.#followers -= 1;
        if (this.#followers === 0) this.#rest();
      },
    };
  }

  /** By the interface's name in the pod: what was wrong at the last look. */
  troublesOf(podUid: string): ReadonlyMap<string, PortTrouble> {
    return this.#troubles.get(podUid) ?? new Map();
  }

  /** A look that begins from now on: one that is under way may have missed what was done just now. */
  look(): Promise<void> {
    this.#next ??= this.#running
      .catch(() => {}) // told to whoever asked for that one
      .then(() => {
        this.#next = undefined;
        this.#running = this.#look();
        return this.#running;
      });
    return this.#next;
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    this.#rest();
  }

  async #look(): Promise<void> {
    this.#troubles = await this.#options.find(this.#stop.signal);
  }

  #onBeat(): void {
    const names = this.#options.linkNames();
    const isNews = names !== this.#names;
    this.#names = names;
    this.#beat += 1;
    if (!isNews && this.#beat % beatsBetweenLooks !== 0) return;
    this.look().catch((error: unknown) => !this.#stop.signal.aborted && this.#options.onError(error));
  }

  #rest(): void {
    this.#beats?.[Symbol.dispose]();
    this.#beats = undefined;
    this.#names = "";
    this.#troubles = new Map();
  }
}

/** Some ten seconds. */
const beatsBetweenLooks = 15;
