import type { KubeObject } from "@peapod/api";
import { keyOf } from "../client/paths.ts";

/** The values under which an object can be found, for example the uids of its owners. */
export type Indexer<T extends KubeObject = KubeObject> = (object: T) => readonly string[];

/** Objects by key, by namespace and by the indexes it was made with. Objects are replaced, never changed. */
export class ObjectStore<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexers: ReadonlyMap<string, Indexer<T>>;
  readonly #indexes = new Map<string, Map<string, Map<string, T>>>();

  /** @param indexers  by name; "namespace" and "owner" (uids of the ownerReferences) are always there */
  constructor(indexers: Readonly<Record<string, Indexer<T>>> = {}) {
    this.#indexers = new Map<string, Indexer<T>>([
      ["namespace", ({ metadata }) => [metadata.namespace ?? ""]],
      ["owner", ({ metadata }) => (metadata.ownerReferences ?? []).map(({ uid }) => uid)],
      ...Object.entries(indexers),
    ]);
    for (const name of this.#indexers.keys()) this.#indexes.set(name, new Map());
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  keys(): Iterable<string> {
    return this.#objects.keys();
  }

  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  /** @throws {Error} when there is no such index */
  listByIndex(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name);
    if (index === undefined) {
      const known = [...this.#indexes.keys()].join(", ");
      throw new Error(`Cannot list by index "${name}": there are only ${known}`);
    }
    return [...(index.get(value)?.values() ?? [])];
  }

  /** @returns what was there before */
  set(object: T): T | undefined {
    const key = keyOf(object);
    const before = this.#objects.get(key);
    if (before !== undefined) this.#unindex(key, before);
    this.#objects.set(key, object);
    for (const [name, indexer] of this.#indexers) {
      const index = this.#indexes.get(name);
      for (const value of indexer(object)) {
        const bucket = index?.get(value);
        if (bucket === undefined) index?.set(value, new Map([[key, object]]));
        else bucket.set(key, object);
      }
    }
    return before;
  }

  /** @returns what was there before */
  delete(key: string): T | undefined {
    const before = this.#objects.get(key);
    if (before !== undefined) this.#unindex(key, before);
    this.#objects.delete(key);
    return before;
  }

  #unindex(key: string, object: T): void {
    for (const [name, indexer] of this.#indexers) {
      const index = this.#indexes.get(name);
      for (const value of indexer(object)) {
        const bucket = index?.get(value);
        bucket?.delete(key);
        if (bucket?.size === 0) index?.delete(value);
      }
    }
  }
}
