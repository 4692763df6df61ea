import type { Kind, KubeObject } from "@peapod/api";
import { keyOf } from "../client/paths.ts";
import type { Client } from "../client/types.ts";
import { silentLog } from "../log/create-log.ts";
import type { Log } from "../log/types.ts";
import { type Indexer, ObjectStore } from "./object-store.ts";
import { reflect } from "./reflect.ts";

export interface InformerOptions<T extends KubeObject> {
  readonly client: Client;
  readonly kind: Kind<T>;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly indexers?: Readonly<Record<string, Indexer<T>>> | undefined;
  /** Asks for the list as a stream of events, where the server can. */
  readonly sendInitialEvents?: boolean | undefined;
  readonly log?: Log | undefined;
  readonly random?: (() => number) | undefined;
}

/** One change in the cache. A deleted object is its last known state. */
export interface Change<T extends KubeObject> {
  readonly type: "added" | "modified" | "deleted";
  readonly object: T;
  readonly before: T | undefined;
}

/** A cache of one kind that follows the server. It lives until the signal given to `run()` aborts. */
export class Informer<T extends KubeObject> {
  readonly kind: Kind<T>;
  readonly store: ObjectStore<T>;
  /** Resolves when the first whole list is in the store. */
  readonly synced: Promise<void>;
  readonly #options: InformerOptions<T>;
  readonly #listeners = new Set<(change: Change<T>) => void>();
  readonly #waiters = new Set<() => void>();
  readonly #setSynced: () => void;
  #version = 0n;

  constructor(options: InformerOptions<T>) {
    this.kind = options.kind;
    this.#options = options;
    this.store = new ObjectStore(options.indexers);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.synced = promise;
    this.#setSynced = resolve;
  }

  /** Calls `listener` for every change from now on. A listener must not throw. */
  onChange(listener: (change: Change<T>) => void): void {
    this.#listeners.add(listener);
  }

  /** Follows the server through resets, errors and lost versions. Returns when the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { client, kind, namespace, labelSelector, fieldSelector, sendInitialEvents } = this.#options;
    await reflect<T>({
      client,
      kind,
      scope: { namespace, labelSelector, fieldSelector },
      sendInitialEvents: sendInitialEvents ?? false,
      signal,
      log: this.#options.log ?? silentLog,
      random: this.#options.random ?? Math.random,
      sink: {
        replace: (objects, version) => this.#replace(objects, version),
        apply: (event) => {
          if (event.type === "BOOKMARK") this.#advance(event.resourceVersion);
          else {
            if (event.type === "DELETED") this.#delete(keyOf(event.object), event.object);
            else this.#set(event.object);
            this.#advance(event.object.metadata.resourceVersion);
          }
        },
      },
    });
  }

  /**
   * Waits until the cache shows a write of ours: the object at that version or a later one, or that the whole cache is past it.
   *
   * @returns false when that has not happened within `timeoutMs`, for example because a selector hides the object
   */
  async hasSeen(key: string, resourceVersion: string, timeoutMs: number): Promise<boolean> {
    const wanted = toVersion(resourceVersion);
    const isSeen = () =>
      this.#version >= wanted || toVersion(this.store.get(key)?.metadata.resourceVersion ?? "") >= wanted;
    if (isSeen()) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), timeoutMs);
    const check = () => isSeen() && resolve(true);
    this.#waiters.add(check);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(check);
    }
  }

  #replace(objects: readonly T[], version: string): void {
    const gone = new Set(this.store.keys());
    for (const object of objects) {
      gone.delete(keyOf(object));
      this.#set(object);
    }
    for (const key of gone) this.#delete(key, this.store.get(key));
    this.#advance(version);
    this.#setSynced();
  }

  #set(object: T): void {
    const before = this.store.get(keyOf(object));
    if (before?.metadata.resourceVersion === object.metadata.resourceVersion && before !== undefined) return;
    // An object that was deleted and made again while we looked away is two changes, not one.
    if (before !== undefined && before.metadata.uid !== object.metadata.uid) this.#delete(keyOf(object), before);
    const old = this.store.set(object);
    this.#tell({ type: old === undefined ? "added" : "modified", object, before: old });
  }

  #delete(key: string, last: T | undefined): void {
    const before = this.store.delete(key);
    const object = last ?? before;
    if (before !== undefined && object !== undefined) this.#tell({ type: "deleted", object, before });
  }

  #tell(change: Change<T>): void {
    for (const listener of this.#listeners) listener(change);
  }

  #advance(resourceVersion: string | undefined): void {
    const version = toVersion(resourceVersion ?? "");
    if (version > this.#version) this.#version = version;
    for (const check of this.#waiters) check();
  }
}

/** Versions are numbers that only grow, in Kubernetes (since 1.35 by contract) as in our own server. */
function toVersion(resourceVersion: string): bigint {
  return /^[0-9]+$/.test(resourceVersion) ? BigInt(resourceVersion) : 0n;
}
