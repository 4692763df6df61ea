import type { Kind, KubeObject } from "@peapod/api";

export interface ObjectKey {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ListOptions extends CallOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

export interface WriteOptions extends CallOptions {
  readonly dryRun?: boolean | undefined;
  readonly fieldManager?: string | undefined;
}

export interface DeleteOptions extends CallOptions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: "Foreground" | "Background" | "Orphan" | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface ObjectList<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continue?: string | undefined;
  readonly remainingItemCount?: number | undefined;
}

export type WatchEvent<T> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string; readonly initialEventsEnd?: boolean };

export type PatchType = "json" | "merge" | "strategic";

/** Every method throws `ApiError` for a Status answer. One client for the embedded server, a cluster and the browser. */
export interface Client {
  get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, options?: CallOptions): Promise<T>;
  /** As get, but undefined where it is not found. */
  find<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, options?: CallOptions): Promise<T | undefined>;
  list<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): Promise<ObjectList<T>>;
  watch<T extends KubeObject>(
    kind: Kind<T>,
    options?: ListOptions & { readonly sendInitialEvents?: boolean },
  ): AsyncIterable<WatchEvent<T>>;
  create<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T>;
  /** Sends metadata.resourceVersion: a stale one is a Conflict. */
  update<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T>;
  updateStatus<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T>;
  patch<T extends KubeObject>(
    kind: Kind<T>,
    key: ObjectKey,
    patch: unknown,
    options?: WriteOptions & { readonly type?: PatchType; readonly subresource?: string },
  ): Promise<T>;
  /** Server-side apply. */
  apply<T extends KubeObject>(
    kind: Kind<T>,
    object: T,
    options: WriteOptions & { readonly fieldManager: string; readonly force?: boolean; readonly subresource?: string },
  ): Promise<T>;
  /** Resolves when the server has accepted; the object may live on for its finalizers. Not found counts as done. */
  delete<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, options?: DeleteOptions): Promise<void>;
  /** POST to a subresource (`binding`, `token`, `eviction`), or any other raw call; the answer as parsed JSON. */
  request(
    method: string,
    path: string,
    options?: CallOptions & { readonly body?: unknown; readonly query?: Readonly<Record<string, string>> },
  ): Promise<unknown>;
}
