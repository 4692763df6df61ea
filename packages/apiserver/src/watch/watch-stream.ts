import type { Collection, StoreEvent, Subscription } from "../store/collection.ts";
import type { Entry } from "../store/entry.ts";

/** How one watcher sees changes: which objects are its own, and how they are written. */
export interface WatchView {
  readonly matches: (entry: Entry) => boolean;
  readonly encodeEvent: (type: "ADDED" | "MODIFIED" | "DELETED", event: StoreEvent) => Uint8Array;
  /** An object that left the selection: its old state with the revision of the change. */
  readonly encodeLeft: (event: StoreEvent) => Uint8Array;
  /** An object that was there when the watch began. */
  readonly encodeInitial: (entry: Entry) => Uint8Array;
  readonly encodeBookmark: (revision: number, initialEventsEnd: boolean) => Uint8Array;
}

export interface WatchSettings {
  readonly collection: Collection;
  readonly scope: Pick<Subscription, "namespace" | "name">;
  readonly view: WatchView;
  /** Objects to show first; the rest of the stream follows their revision. */
  readonly initial: readonly Entry[];
  /** Changes after this revision are shown. */
  readonly after: number;
  readonly bookmarks: boolean;
  /** Ends the initial objects with a marked bookmark. */
  readonly marksInitialEnd: boolean;
  readonly timeoutMs: number;
  readonly currentRevision: () => number;
  readonly signal: AbortSignal;
  readonly onEnd: () => void;
}

/** A reader that leaves more than this unread is cut off: it can begin again, and memory stays bounded. */
const maxUnreadBytes = 16 * 1024 * 1024;
/** Initial objects are encoded about this much at a time, as they are read. */
const initialChunkBytes = 64 * 1024;
const bookmarkEveryMs = 60_000;
/** A last bookmark comes this long before the end, so that the next watch can go on from it. */
const lastBookmarkMs = 2_000;

/** One open watch: changes wait here until they are read. */
export class WatchStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly resource: string;
  readonly #settings: WatchSettings;
  readonly #unsubscribe: () => void;
  readonly #timers: readonly NodeJS.Timeout[];
  #initialAt = 0;
  #queue: Uint8Array[] = [];
  #unread = 0;
  #lastRevision: number;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(settings: WatchSettings) {
    this.#settings = settings;
    this.resource = settings.collection.resource;
    this.#lastRevision = settings.after;
    const { collection, scope, after, timeoutMs, signal } = settings;
    this.#unsubscribe = collection.subscribe({ ...scope, onEvent: (event) => this.#onEvent(event) });
    for (const event of collection.eventsAfter(after)) if (isInScope(event, scope)) this.#onEvent(event);
    this.#timers = [
      setTimeout(() => this.end(), timeoutMs),
      setTimeout(() => this.#bookmark(), Math.max(0, timeoutMs - lastBookmarkMs)),
      setInterval(() => this.#bookmark(), bookmarkEveryMs),
    ];
    for (const timer of this.#timers) timer.unref();
    this.body = new ReadableStream<Uint8Array>(
      { pull: (controller) => this.#pull(controller), cancel: () => this.#stop() },
      { highWaterMark: 0 },
    );
    const onAbort = () => this.end();
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) this.end();
  }

  /** Ends the stream after what waits in it. */
  end(): void {
    this.#stop();
    this.#wake?.();
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const initial = this.#nextInitial();
    if (initial) {
      controller.enqueue(initial);
      return;
    }
    while (this.#queue.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const [only, ...more] = this.#queue;
    this.#queue = [];
    this.#unread = 0;
    if (only) controller.enqueue(more.length === 0 ? only : Buffer.concat([only, ...more]));
    else controller.close();
  }

  #nextInitial(): Uint8Array | undefined {
    const { initial, view, marksInitialEnd, after } = this.#settings;
    if (this.#ended || this.#initialAt > initial.length) return undefined;
    const chunks: Uint8Array[] = [];
    let size = 0;
    while (this.#initialAt < initial.length && size < initialChunkBytes) {
      const entry = initial[this.#initialAt++];
      if (!entry) continue;
      const chunk = view.encodeInitial(entry);
      chunks.push(chunk);
      size += chunk.byteLength;
    }
    if (this.#initialAt === initial.length) {
      this.#initialAt++;
      if (marksInitialEnd) chunks.push(view.encodeBookmark(after, true));
    }
    return chunks.length > 0 ? Buffer.concat(chunks) : undefined;
  }

  #onEvent(event: StoreEvent): void {
    if (this.#ended || event.revision <= this.#lastRevision) return;
    const { view } = this.#settings;
    const matches = event.type !== "DELETED" && view.matches(event.entry);
    const matched = event.previous !== undefined && view.matches(event.previous);
    const isGone = event.type === "DELETED" && (event.previous ? matched : view.matches(event.entry));
    this.#lastRevision = event.revision;
    try {
      if (matches) this.#push(view.encodeEvent(matched ? "MODIFIED" : "ADDED", event));
      else if (isGone) this.#push(view.encodeEvent("DELETED", event));
      else if (matched) this.#push(view.encodeLeft(event));
    } catch (error) {
      this.end(); // a stream with a hole would mislead its reader; this way he begins again
      throw error;
    }
  }

  #bookmark(): void {
    const { bookmarks, view, currentRevision, initial } = this.#settings;
    // Before the initial objects are read, their own bookmark is what the client waits for.
    if (!bookmarks || this.#ended || this.#initialAt <= initial.length) return;
    const revision = currentRevision();
    if (revision <= this.#lastRevision && this.#queue.length > 0) return;
    this.#lastRevision = Math.max(revision, this.#lastRevision);
    this.#push(view.encodeBookmark(this.#lastRevision, false));
  }

  #push(chunk: Uint8Array): void {
    this.#queue.push(chunk);
    this.#unread += chunk.byteLength;
    if (this.#unread > maxUnreadBytes) {
      this.#queue = [];
      this.end();
      return;
    }
    this.#wake?.();
  }

  #stop(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#unsubscribe();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#settings.onEnd();
  }
}

function isInScope({ entry }: StoreEvent, { namespace, name }: WatchSettings["scope"]): boolean {
  return (namespace === undefined || entry.namespace === namespace) && (name === undefined || entry.name === name);
}
