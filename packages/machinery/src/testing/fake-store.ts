import type { KubeObject } from "@peapod/api";
import { keyOf } from "../client/paths.ts";

export interface StoredEvent {
  /** `"group/plural"` */
  readonly resource: string;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubeObject;
  readonly before: KubeObject | undefined;
  readonly version: number;
}

/** Objects, a revision that grows with every change, and the history that watches are served from. */
export class FakeStore {
  readonly #resources = new Map<string, Map<string, KubeObject>>();
  readonly #listeners = new Set<(event: StoredEvent) => void>();
  #history: StoredEvent[] = [];
  #version = 0;
  /** Watches from before this revision are told that it is too old. */
  oldest = 0;

  get version(): number {
    return this.#version;
  }

  get(resource: string, key: string): KubeObject | undefined {
    return this.#resources.get(resource)?.get(key);
  }

  /** In the order of keys, as a real server lists. */
  list(resource: string): readonly KubeObject[] {
    const objects = [...(this.#resources.get(resource) ?? [])];
    return objects.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  /** @returns the object with its new resourceVersion */
  write(resource: string, object: KubeObject): KubeObject {
    const objects = this.#resources.get(resource) ?? new Map<string, KubeObject>();
    this.#resources.set(resource, objects);
    const before = objects.get(keyOf(object));
    const stored = this.#stamp(object);
    objects.set(keyOf(object), stored);
    this.#tell({ resource, type: before ? "MODIFIED" : "ADDED", object: stored, before, version: this.#version });
    return stored;
  }

  remove(resource: string, key: string): void {
    const before = this.get(resource, key);
    if (before === undefined) return;
    this.#resources.get(resource)?.delete(key);
    this.#tell({ resource, type: "DELETED", object: this.#stamp(before), before, version: this.#version });
  }

  /** Events after a revision, then what comes; call the result to stop. */
  follow(version: number, listener: (event: StoredEvent) => void): () => void {
    for (const event of this.#history) if (event.version > version) listener(event);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets the history, as compaction does. */
  compact(): void {
    this.#history = [];
    this.oldest = this.#version;
  }

  #stamp(object: KubeObject): KubeObject {
    this.#version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
  }

  #tell(event: StoredEvent): void {
    this.#history.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}
