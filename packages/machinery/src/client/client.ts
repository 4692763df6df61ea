import { apiVersionOf, type Kind, type KubeObject } from "@peapod/api";
import { isNotFound } from "../errors/api-error.ts";
import { readError } from "../errors/read-error.ts";
import type { ClientFetch } from "../seam/types.ts";
import { ownSignal } from "./own-signal.ts";
import { pathOf } from "./paths.ts";
import type { CallOptions, Client, ListOptions, ObjectList, PatchType, WriteOptions } from "./types.ts";
import { readWatch } from "./watch.ts";

export interface ClientOptions {
  readonly fetch: ClientFetch;
  /** Only its origin and path matter to `fetch`; default `http://peapod.internal`, for functions that never leave the process. */
  readonly baseUrl?: string | undefined;
  /** Names the writer in managedFields where no fieldManager is given. */
  readonly userAgent?: string | undefined;
}

/** One client for the embedded server, a cluster and the browser: everything goes through the `fetch` it is given. */
export function createClient(options: ClientOptions): Client {
  const call = caller(options);
  const answer = async <T>(method: string, path: string, sent: Sent, take: (response: Response) => Promise<T>) => {
    using own = ownSignal(sent.signal);
    return await take(await call(method, path, { ...sent, signal: own.signal }));
  };
  const read = <T>(method: string, path: string, sent: Sent = {}) =>
    answer(method, path, sent, async (response) => (await response.json()) as T); // the server checked it against the kind's schema

  const get: Client["get"] = (kind, key, options = {}) => read("GET", pathOf(kind, key), options);
  return {
    get,
    find: (kind, key, options) =>
      get(kind, key, options).catch((error) => {
        if (isNotFound(error)) return undefined;
        throw error;
      }),
    list: async <T extends KubeObject>(kind: Kind<T>, options: ListOptions = {}) =>
      toObjectList(
        kind,
        await read<WireList<T>>("GET", pathOf(kind, options), { ...options, query: listQuery(options) }),
      ),
    watch: <T extends KubeObject>(kind: Kind<T>, options: Parameters<Client["watch"]>[1] = {}) =>
      watch<T>(options.signal, (signal) => call("GET", pathOf(kind, options), { query: watchQuery(options), signal })),
    create: (kind, object, options = {}) =>
      read("POST", pathOf(kind, { namespace: object.metadata.namespace }), {
        ...options,
        query: writeQuery(options),
        body: object,
      }),
    update: (kind, object, options = {}) => read("PUT", pathOf(kind, keyParts(object)), put(object, options)),
    updateStatus: (kind, object, options = {}) => {
      const subresource = kind.subresources?.status ? "status" : undefined;
      return read("PUT", pathOf(kind, { ...keyParts(object), subresource }), put(object, options));
    },
    patch: (kind, key, patch, options = {}) =>
      read("PATCH", pathOf(kind, { ...key, subresource: options.subresource }), {
        ...options,
        query: writeQuery(options),
        body: patch,
        contentType: patchTypes[options.type ?? "merge"],
      }),
    apply: (kind, object, options) =>
      read("PATCH", pathOf(kind, { ...keyParts(object), subresource: options.subresource }), {
        ...options,
        query: { ...writeQuery(options), ...(options.force !== undefined && { force: String(options.force) }) },
        body: object,
        contentType: "application/apply-patch+yaml",
      }),
    delete: async (kind, key, options = {}) => {
      try {
        // A connection is free for the next call only when its answer was read.
        await answer("DELETE", pathOf(kind, key), { ...options, body: deleteBody(options) }, (response) =>
          response.arrayBuffer(),
        );
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
    request: async (method, path, options = {}) => {
      const text = await answer(method, path, options, (response) => response.text());
      return text === "" ? undefined : JSON.parse(text);
    },
  };
}

const patchTypes: Readonly<Record<PatchType, string>> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
};

interface Sent extends CallOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** Sends a request; an answer that is no success is thrown. */
function caller(options: ClientOptions): (method: string, path: string, sent: Sent) => Promise<Response> {
  const base = (options.baseUrl ?? "http://peapod.internal").replace(/\/+$/, "");
  const { fetch, userAgent } = options;
  return async (method, path, { query, body, contentType, signal }) => {
    const search = new URLSearchParams(query).toString();
    const headers: Record<string, string> = { Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = contentType ?? "application/json";
    if (userAgent !== undefined) headers["User-Agent"] = userAgent;
    const request = new Request(`${base}${path}${search === "" ? "" : `?${search}`}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    const response = await fetch(request);
    if (!response.ok) throw await readError(response);
    return response;
  };
}

async function* watch<T extends KubeObject>(
  signal: AbortSignal | undefined,
  open: (signal: AbortSignal | undefined) => Promise<Response>,
) {
  using own = ownSignal(signal);
  const { body } = await open(own.signal);
  if (body !== null) yield* readWatch<T>(body);
}

interface WireList<T> {
  readonly metadata?: {
    readonly resourceVersion?: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly T[] | null;
}

/** Items of built-in lists carry no kind of their own on the wire; ours always do. */
function toObjectList<T extends KubeObject>(kind: Kind<T>, list: WireList<T>): ObjectList<T> {
  const type = { apiVersion: apiVersionOf(kind), kind: kind.kind };
  const { resourceVersion = "", remainingItemCount } = list.metadata ?? {};
  return {
    items: (list.items ?? []).map((item) => (item.kind ? item : { ...type, ...item })),
    resourceVersion,
    ...(list.metadata?.continue && { continue: list.metadata.continue }),
    ...(remainingItemCount !== undefined && { remainingItemCount }),
  };
}

function listQuery(options: ListOptions): Record<string, string> {
  return {
    ...(options.labelSelector && { labelSelector: options.labelSelector }),
    ...(options.fieldSelector && { fieldSelector: options.fieldSelector }),
    ...(options.limit && { limit: String(options.limit) }),
    ...(options.continue && { continue: options.continue }),
    ...(options.resourceVersion !== undefined && { resourceVersion: options.resourceVersion }),
  };
}

function watchQuery(options: ListOptions & { readonly sendInitialEvents?: boolean }): Record<string, string> {
  return {
    ...listQuery(options),
    watch: "true",
    allowWatchBookmarks: "true",
    ...(options.sendInitialEvents && { sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" }),
  };
}

function writeQuery(options: WriteOptions): Record<string, string> {
  return {
    ...(options.dryRun && { dryRun: "All" }),
    ...(options.fieldManager && { fieldManager: options.fieldManager }),
  };
}

function put(object: KubeObject, options: WriteOptions): Sent {
  return { ...options, query: writeQuery(options), body: object };
}

function keyParts(object: KubeObject) {
  return { namespace: object.metadata.namespace, name: object.metadata.name ?? "" };
}

function deleteBody(options: NonNullable<Parameters<Client["delete"]>[2]>): unknown {
  const { uid, resourceVersion, gracePeriodSeconds, propagationPolicy, dryRun } = options;
  const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
  return {
    kind: "DeleteOptions",
    apiVersion: "v1",
    ...(Object.keys(preconditions).length > 0 && { preconditions }),
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(propagationPolicy && { propagationPolicy }),
    ...(dryRun && { dryRun: ["All"] }),
  };
}
