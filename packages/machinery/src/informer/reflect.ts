import type { Kind, KubeObject } from "@peapod/api";
import { listAll } from "../client/list-all.ts";
import { keyOf } from "../client/paths.ts";
import type { Client, ListOptions, WatchEvent } from "../client/types.ts";
import { hasReason, isExpired } from "../errors/api-error.ts";
import type { Log } from "../log/types.ts";
import { backoffMs, delay } from "../time/delay.ts";

/** Where the server's state goes. */
export interface Sink<T extends KubeObject> {
  readonly replace: (objects: readonly T[], resourceVersion: string) => void;
  readonly apply: (event: WatchEvent<T>) => void;
}

export interface ReflectOptions<T extends KubeObject> {
  readonly client: Client;
  readonly kind: Kind<T>;
  readonly scope: Pick<ListOptions, "namespace" | "labelSelector" | "fieldSelector">;
  readonly sendInitialEvents: boolean;
  readonly sink: Sink<T>;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly random: () => number;
}

/** A server that keeps its bookmarks' promise says something every minute or two; beyond this the connection is dead. */
const quietLimitMs = 5 * 60_000;
const healthyMs = 10_000;
const backoff = { baseMs: 200, maxMs: 30_000 };

/**
 * Lists, watches, and goes on watching from the last version after the stream ended or broke; lists again only when that version
 * is no longer kept. Returns when the signal aborts; every other failure is waited out.
 */
export async function reflect<T extends KubeObject>(options: ReflectOptions<T>): Promise<void> {
  const { kind, signal, log, random } = options;
  const state: State = { version: undefined, canStream: options.sendInitialEvents };
  for (let failures = 0; !signal.aborted; ) {
    const startedAt = Date.now();
    state.isHealthy = false;
    try {
      if (state.version === undefined && state.canStream) await streamList(options, state);
      else {
        if (state.version === undefined) await list(options, state);
        await follow(options, state);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isExpired(error)) state.version = undefined;
      else if (state.canStream && hasReason(error, "Invalid")) state.canStream = false;
      else log.warn("watch failed", { kind: kind.plural, attempt: failures + 1, error });
    }
    // Streams end by themselves now and then; one that ends at once, again and again, must not make us spin.
    const isHealthy = state.isHealthy || Date.now() - startedAt > healthyMs;
    failures = isHealthy ? 0 : failures + 1;
    if (failures > 0) await delay(backoffMs(failures - 1, { ...backoff, random }), signal).catch(() => {});
  }
}

interface State {
  /** Where a watch goes on; undefined: a list is needed. */
  version: string | undefined;
  canStream: boolean;
  /** Something came in this round. */
  isHealthy?: boolean;
}

async function list<T extends KubeObject>({ client, kind, scope, sink, signal }: ReflectOptions<T>, state: State) {
  const { items, resourceVersion } = await listAll(client, kind, { ...scope, signal });
  sink.replace(items, resourceVersion);
  state.version = resourceVersion;
}

async function follow<T extends KubeObject>(options: ReflectOptions<T>, state: State) {
  for await (const event of watchAlive(options, { ...options.scope, resourceVersion: state.version })) {
    options.sink.apply(event);
    state.version = versionOf(event) ?? state.version;
    state.isHealthy = true;
  }
}

/** The list as events: everything that exists, then a bookmark. Goes on with changes until the stream ends. */
async function streamList<T extends KubeObject>(options: ReflectOptions<T>, state: State) {
  const { sink, scope } = options;
  const initial = new Map<string, T>();
  for await (const event of watchAlive(options, { ...scope, sendInitialEvents: true })) {
    if (state.version !== undefined) {
      sink.apply(event);
      state.version = versionOf(event) ?? state.version;
      state.isHealthy = true;
    } else if (event.type !== "BOOKMARK") {
      if (event.type === "DELETED") initial.delete(keyOf(event.object));
      else initial.set(keyOf(event.object), event.object);
    } else if (event.initialEventsEnd) {
      sink.replace([...initial.values()], event.resourceVersion);
      state.version = event.resourceVersion;
      state.isHealthy = true;
    }
  }
}

/** A watch that is given up when nothing at all has come for too long. */
async function* watchAlive<T extends KubeObject>(
  { client, kind, signal }: ReflectOptions<T>,
  query: Parameters<Client["watch"]>[1],
): AsyncGenerator<WatchEvent<T>, void> {
  const silence = new AbortController();
  let last = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - last > quietLimitMs) silence.abort(new Error("the watch has gone silent"));
  }, quietLimitMs / 5);
  try {
    for await (const event of client.watch(kind, { ...query, signal: AbortSignal.any([signal, silence.signal]) })) {
      last = Date.now();
      yield event;
    }
  } finally {
    clearInterval(timer);
  }
}

function versionOf<T extends KubeObject>(event: WatchEvent<T>): string | undefined {
  return event.type === "BOOKMARK" ? event.resourceVersion : event.object.metadata.resourceVersion;
}
