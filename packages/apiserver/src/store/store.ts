import { Collection, type StoreEvent } from "./collection.ts";
import { Entry, encodeObject, entryKey, type StoredObject } from "./entry.ts";
import { type Journal, JournalError, type Recovered, type Row } from "./journal.ts";

export interface StoreOptions {
  readonly journal: Journal;
  readonly recovered?: Recovered | undefined;
  /** Milliseconds; decides what compaction forgets. */
  readonly now: () => number;
  /** Called when the journal fails and when it works again. */
  readonly onTrouble?: ((error: JournalError | undefined) => void) | undefined;
  /** Told of what a listener or watcher throws when it hears of a change. */
  readonly onListenerError?: ((error: unknown) => void) | undefined;
}

export interface Place {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** What shall become of an object; `object` is the last state where it is deleted. */
export interface Change {
  readonly object: StoredObject;
  readonly deleted?: boolean;
  /** Age of the schema that the object is up to: see `Entry.current`. */
  readonly schemaAge?: number;
}

/** A moment of the history: everything up to `revision` was there at `at`, when so many bytes had been written. */
interface Mark {
  readonly at: number;
  readonly revision: number;
  readonly bytes: number;
}

interface PendingWrite {
  readonly entry: Entry;
  readonly row: Row;
  readonly resolve: (event: StoreEvent) => void;
  readonly reject: (error: unknown) => void;
}

/** History for this long, unless it grows beyond so many changes or bytes: both lie in memory. */
const historyMs = 5 * 60_000;
const historyChanges = 20_000;
const historyBytes = 32 * 1024 * 1024;
const compactEveryMs = 30_000;
/** A mark in the history after so many bytes, beside those that time sets. */
const markEveryBytes = 4 * 1024 * 1024;
/** Compaction slices, so that appends never wait long behind one. */
const compactSlice = 2_000;

interface UnderWay {
  readonly entry: Entry;
  readonly deleted: boolean;
  readonly settled: Promise<unknown>;
}

/**
 * Every object there is, in memory, and the one place where it changes. A write gets the next revision at once, goes to the journal
 * together with all others that wait (group commit), and is published — to readers, to watchers, to its caller — only when the
 * journal has it. A failed write was never seen by anyone.
 */
export class Store {
  readonly #journal: Journal;
  readonly #now: () => number;
  readonly #onTrouble: (error: JournalError | undefined) => void;
  readonly #onListenerError: (error: unknown) => void;
  readonly #collections = new Map<string, Collection>();
  readonly #pending = new Map<string, UnderWay>();
  #queue: PendingWrite[] = [];
  #isCommitting = false;
  #committing: Promise<void> = Promise.resolve();
  #revision: number;
  #nextRevision: number;
  #compacted: number;
  #failed: JournalError | undefined;
  #closed = false;
  #writtenBytes = 0;
  #marks: readonly Mark[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  #revisionWaiters: { readonly revision: number; readonly resolve: () => void }[] = [];

  constructor({ journal, recovered, now, onTrouble, onListenerError }: StoreOptions) {
    this.#journal = journal;
    this.#now = now;
    this.#onTrouble = onTrouble ?? (() => {});
    this.#onListenerError = onListenerError ?? (() => {});
    this.#compacted = recovered?.compacted ?? 0;
    this.#revision = Math.max(this.#compacted, recovered?.rows.at(-1)?.revision ?? 0);
    this.#nextRevision = this.#revision + 1;
    for (const row of recovered?.rows ?? []) this.#restore(row);
    this.#timer = setInterval(() => void this.#compactOld().catch(() => {}), compactEveryMs);
    this.#timer.unref();
  }

  /** The newest published revision. */
  get revision(): number {
    return this.#revision;
  }

  /** What keeps writes from being stored now, if anything. */
  get trouble(): JournalError | undefined {
    return this.#failed;
  }

  /** @param resource `"pods"`, `"virtualmachines.kubevirt.io"` */
  collection(resource: string): Collection {
    let collection = this.#collections.get(resource);
    if (!collection) {
      collection = new Collection(resource, this.#compacted, this.#onListenerError);
      this.#collections.set(resource, collection);
    }
    return collection;
  }

  /** Hears every change of every collection. @returns the end of it */
  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  resources(): readonly string[] {
    return [...this.#collections.keys()];
  }

  get(place: Place): Entry | undefined {
    return this.#collections.get(place.resource)?.get(entryKey(place.namespace, place.name));
  }

  /**
   * The objects of a resource, in no order, as they are when all that is under way is stored; what is being deleted is still there,
   * for that may fail. For decisions that have to hold against everybody who decides at the same time.
   */
  listWithPending(resource: string, namespace?: string): readonly Entry[] {
    const entries = new Map(
      this.collection(resource)
        .list(namespace)
        .map((entry) => [entry.key, entry]),
    );
    for (const { entry, deleted } of this.#pending.values()) {
      const isAsked = entry.resource === resource && (namespace === undefined || entry.namespace === namespace);
      if (isAsked && !deleted) entries.set(entry.key, entry);
    }
    return [...entries.values()];
  }

  /** Resolves when no write of this object is under way: what `get` answers then is the base for the next one. */
  async settled(place: Place): Promise<void> {
    const key = pendingKey(place);
    for (let write = this.#pending.get(key); write; write = this.#pending.get(key)) await write.settled;
  }

  /**
   * Writes the next version of an object if `expected` still is its present one, and nothing of it is under way.
   *
   * @param render gives the object for the revision that it gets
   * @returns what was published, or undefined at once when somebody was faster: read again and decide anew
   * @throws {JournalError} (from the promise) it could not be stored
   */
  write(
    place: Place,
    expected: Entry | undefined,
    render: (resourceVersion: string) => Change,
  ): Promise<StoreEvent> | undefined {
    const key = pendingKey(place);
    if (this.#pending.has(key) || this.get(place) !== expected) return undefined;
    if (this.#closed) return Promise.reject(new JournalError("the store is closed", { outcome: "lost" }));
    const revision = this.#nextRevision++;
    const { object, deleted = false, schemaAge } = render(String(revision));
    const entry = new Entry({ ...place, revision }, encodeObject(object), object, schemaAge);
    const row: Row = { ...place, revision, previous: expected?.revision ?? 0, deleted, body: entry.body };
    const written = new Promise<StoreEvent>((resolve, reject) => {
      this.#queue.push({ entry, row, resolve, reject });
    });
    const settled = written.catch(() => {}).finally(() => this.#pending.delete(key));
    this.#pending.set(key, { entry, deleted, settled });
    if (!this.#isCommitting) this.#committing = this.#commitAll();
    return written;
  }

  /** Resolves true when `revision` is published, false when it is not within `timeoutMs`. */
  async reached(revision: number, timeoutMs: number): Promise<boolean> {
    if (this.#revision >= revision) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiter = { revision, resolve: () => resolve(true) };
    this.#revisionWaiters.push(waiter);
    const timer = setTimeout(() => resolve(false), timeoutMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#revisionWaiters = this.#revisionWaiters.filter((other) => other !== waiter);
    }
  }

  /** Forgets changes up to `revision`, in memory and in the journal. */
  async compact(revision: number): Promise<void> {
    const target = Math.min(revision, this.#revision);
    if (target <= this.#compacted) return;
    const from = this.#compacted;
    this.#compacted = target;
    for (const collection of this.#collections.values()) collection.forget(target);
    for (let at = from + compactSlice; at < target; at += compactSlice) await this.#journal.compact(at);
    await this.#journal.compact(target);
  }

  /** Waits for what is under way, then closes the journal. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    while (this.#isCommitting) await this.#committing;
    await this.#journal.close();
  }

  async #commitAll(): Promise<void> {
    this.#isCommitting = true;
    try {
      while (this.#queue.length > 0) {
        // The rest of this turn's writes join the batch; while it is being written, the next one gathers.
        await new Promise<void>((resolve) => setImmediate(resolve));
        const batch = this.#queue;
        this.#queue = [];
        await this.#commit(batch);
      }
    } finally {
      // In the same breath as the last look at the queue: whoever writes next starts the next round.
      this.#isCommitting = false;
    }
  }

  async #commit(batch: readonly PendingWrite[]): Promise<void> {
    try {
      if (this.#failed?.outcome === "unknown") await this.#recover();
      await this.#journal.append(batch.map((write) => write.row));
      if (this.#failed) this.#report(undefined);
    } catch (error) {
      const failure =
        error instanceof JournalError
          ? error
          : new JournalError("the journal failed", { outcome: "unknown", cause: error });
      this.#report(failure);
      for (const write of batch) write.reject(failure);
      return;
    }
    for (const { entry, row, resolve } of batch) {
      this.#revision = entry.revision;
      resolve(this.#publish(entry, row.deleted));
    }
    this.#wakeRevisionWaiters();
  }

  /** Publishes what a failed append may have stored after all, so that memory and file agree again. */
  async #recover(): Promise<void> {
    const rows = await this.#journal.recover(this.#revision);
    for (const row of rows) {
      this.#revision = row.revision;
      this.#publish(new Entry(row, row.body), row.deleted);
    }
    this.#wakeRevisionWaiters();
    // Writes that waited were decided on what was known before.
    if (rows.length > 0) throw new JournalError("the store was recovered; try again", { outcome: "lost" });
  }

  #publish(entry: Entry, deleted: boolean): StoreEvent {
    const event = this.collection(entry.resource).publish(entry, deleted);
    this.#writtenBytes += entry.body.byteLength;
    const last = this.#marks.at(-1);
    if (this.#writtenBytes - (last?.bytes ?? 0) > markEveryBytes) void this.#compactOld().catch(() => {}); // tried again later
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
    return event;
  }

  #restore(row: Row): void {
    const collection = this.collection(row.resource);
    const event = collection.restore(new Entry(row, row.body), row.deleted);
    if (row.revision > this.#compacted) collection.remember(event);
  }

  #report(failure: JournalError | undefined): void {
    this.#failed = failure;
    this.#onTrouble(failure);
  }

  #wakeRevisionWaiters(): void {
    for (const waiter of this.#revisionWaiters) if (waiter.revision <= this.#revision) waiter.resolve();
  }

  async #compactOld(): Promise<void> {
    const at = this.#now();
    this.#marks = [...this.#marks, { at, revision: this.#revision, bytes: this.#writtenBytes }];
    const isOld = (mark: Mark) => mark.at <= at - historyMs || mark.bytes < this.#writtenBytes - historyBytes;
    const target = this.#marks.findLast(isOld)?.revision ?? 0;
    this.#marks = this.#marks.filter((mark) => !isOld(mark));
    await this.compact(Math.max(target, this.#revision - historyChanges));
  }
}

function pendingKey(place: Place): string {
  return `${place.resource} ${entryKey(place.namespace, place.name)}`;
}
