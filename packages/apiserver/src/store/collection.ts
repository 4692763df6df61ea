import type { Entry } from "./entry.ts";

/** A published change. Events of a store have strictly rising revisions. */
export interface StoreEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly revision: number;
  /** The new version; for DELETED the last state with the deletion's revision. */
  readonly entry: Entry;
  readonly previous: Entry | undefined;
  /** Encoded forms by what they are encoded as: made once, shared by all watchers. */
  readonly encoded: Map<string, Uint8Array>;
}

export interface Subscription {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly onEvent: (event: StoreEvent) => void;
}

/** All objects of one resource: the present ones in key order, the recent changes, and who wants to hear of the next. */
export class Collection {
  readonly resource: string;
  /** Changes up to and including this revision are forgotten: a watch cannot begin before it. */
  oldestRevision: number;
  readonly #entries: Entry[] = [];
  readonly #byKey = new Map<string, Entry>();
  #events: StoreEvent[] = [];
  readonly #subscriptions = new Map<string, Set<Subscription>>();

  readonly #onListenerError: (error: unknown) => void;

  /** @param onListenerError  told of what a subscriber throws: a change is published whatever becomes of its audience */
  constructor(resource: string, oldestRevision: number, onListenerError: (error: unknown) => void) {
    this.resource = resource;
    this.oldestRevision = oldestRevision;
    this.#onListenerError = onListenerError;
  }

  get size(): number {
    return this.#entries.length;
  }

  get(key: string): Entry | undefined {
    return this.#byKey.get(key);
  }

  /** Present objects in order: all of them, or those of one namespace. */
  list(namespace?: string): readonly Entry[] {
    if (namespace === undefined) return this.#entries.slice();
    const from = indexOf(this.#entries, `${namespace}/`);
    const to = indexOf(this.#entries, `${namespace}0`); // "0" follows "/"
    return this.#entries.slice(from, to);
  }

  /** The objects as they were at `revision`, which must not be before `oldestRevision`. */
  listAt(revision: number, namespace?: string): readonly Entry[] {
    const newer = this.eventsAfter(revision);
    if (newer.length === 0) return this.list(namespace);
    const then = new Map<string, Entry | undefined>();
    for (const { entry, previous } of newer) if (!then.has(entry.key)) then.set(entry.key, previous);
    const prefix = namespace === undefined ? "" : `${namespace}/`;
    const entries = this.list(namespace).filter((entry) => !then.has(entry.key));
    for (const [key, entry] of then) if (entry && key.startsWith(prefix)) entries.push(entry);
    return entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Remembered changes after `revision`, oldest first. */
  eventsAfter(revision: number): readonly StoreEvent[] {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#events.slice(low);
  }

  /** Takes the next version of an object (or its deletion), remembers the change and tells subscribers. */
  publish(entry: Entry, deleted: boolean): StoreEvent {
    const event = this.restore(entry, deleted);
    this.#events.push(event);
    const { key, namespace } = entry;
    for (const topic of ["", `namespace ${namespace}`, `name ${key}`]) {
      const subscriptions = this.#subscriptions.get(topic);
      if (subscriptions) for (const subscription of [...subscriptions]) this.#tell(subscription, event);
    }
    event.encoded.clear(); // everyone who watches now has it; those who come later are few
    return event;
  }

  #tell(subscription: Subscription, event: StoreEvent): void {
    try {
      subscription.onEvent(event);
    } catch (error) {
      this.#onListenerError(error);
    }
  }

  /** As publish, without memory or audience: for versions read back at the start. */
  restore(entry: Entry, deleted: boolean): StoreEvent {
    const { key } = entry;
    const previous = this.#byKey.get(key);
    const at = indexOf(this.#entries, key);
    if (deleted) {
      if (previous) this.#entries.splice(at, 1);
      this.#byKey.delete(key);
    } else {
      this.#entries.splice(at, previous ? 1 : 0, entry);
      this.#byKey.set(key, entry);
    }
    const type = deleted ? "DELETED" : previous ? "MODIFIED" : "ADDED";
    return { type, revision: entry.revision, entry, previous, encoded: new Map() };
  }

  /** Remembers a change read back at the start, so that watches go on over a restart. */
  remember(event: StoreEvent): void {
    this.#events.push(event);
  }

  /** Forgets changes up to `revision`. */
  forget(revision: number): void {
    const kept = this.eventsAfter(revision);
    if (kept.length === this.#events.length) return;
    this.oldestRevision = Math.max(
      this.oldestRevision,
      this.#events[this.#events.length - kept.length - 1]?.revision ?? 0,
    );
    this.#events = kept.slice();
  }

  /** @returns the end of the subscription */
  subscribe(subscription: Subscription): () => void {
    const { namespace, name } = subscription;
    const topic =
      name !== undefined
        ? `name ${namespace === undefined ? name : `${namespace}/${name}`}`
        : namespace !== undefined
          ? `namespace ${namespace}`
          : "";
    const set = this.#subscriptions.get(topic) ?? new Set();
    this.#subscriptions.set(topic, set);
    set.add(subscription);
    return () => {
      set.delete(subscription);
      if (set.size === 0) this.#subscriptions.delete(topic);
    };
  }
}

/** Index of the first entry whose key is not before `key`. */
function indexOf(entries: readonly Entry[], key: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry && entry.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
