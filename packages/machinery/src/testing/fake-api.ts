import type { Kind, KubeObject } from "@peapod/api";
import { createClient } from "../client/client.ts";
import { keyOf } from "../client/paths.ts";
import type { Client, ObjectKey } from "../client/types.ts";
import { timestampOf } from "../conditions/conditions.ts";
import { type ApiError, failure, statusOf, statusResponse } from "../errors/api-error.ts";
import { compileJsonPath, firstAt } from "../json-path/json-path.ts";
import type { JsonObject } from "../patches/json.ts";
import type { ClientFetch } from "../seam/types.ts";
import { matchesFields, parseFieldSelector } from "../selectors/field-selector.ts";
import { matchesLabels, parseLabelSelector } from "../selectors/label-selector.ts";
import { FakeStore, type StoredEvent } from "./fake-store.ts";
import { FakeWrites, type Target } from "./fake-writes.ts";

export interface FakeRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly body: unknown;
}

/** An API server in memory, behind a real `fetch`: for tests of controllers without the API server. */
export interface FakeApi {
  readonly fetch: ClientFetch;
  readonly client: Client;
  /** Every request so far, oldest first; `writes()` are those that change something. */
  readonly requests: readonly FakeRequest[];
  readonly writes: () => readonly FakeRequest[];
  /** Puts an object there as it is, past every check; uid and creationTimestamp are added where missing. */
  readonly put: <T extends KubeObject>(kind: Kind<T>, object: T) => T;
  readonly get: <T extends KubeObject>(kind: Kind<T>, key: ObjectKey) => T | undefined;
  readonly list: <T extends KubeObject>(kind: Kind<T>) => readonly T[];
  /** Takes an object away at once, finalizers or not. */
  readonly remove: (kind: Kind, key: ObjectKey) => void;
  /** Asked before every request; an error it gives is the answer. The latest one given counts. */
  readonly failWhen: (refuse: (request: FakeRequest) => ApiError | undefined) => void;
  /** Ends open watches, orderly or with an error on the connection. */
  readonly dropWatches: (error?: Error) => void;
  /** Forgets old versions: watches that go on from before are told 410. */
  readonly compact: () => void;
}

/** @param options.kinds  those whose status subresource or schema matters; others are served too */
export function createFakeApi(options: { readonly kinds?: readonly Kind[]; readonly now?: () => Date } = {}): FakeApi {
  const store = new FakeStore();
  const now = options.now ?? (() => new Date());
  const writes = new FakeWrites(store, now);
  const kinds = new Map<string, Kind>((options.kinds ?? []).map((kind) => [resourceOf(kind), kind]));
  const requests: FakeRequest[] = [];
  const streams = new Set<(error?: Error) => void>();
  let refuse: (request: FakeRequest) => ApiError | undefined = () => undefined;
  let seeded = 0;

  const fetch: ClientFetch = async (request) => {
    request.signal.throwIfAborted();
    const url = new URL(request.url);
    const text = await request.text();
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    const seen = { method: request.method, path: url.pathname, body };
    requests.push(seen);
    try {
      const refusal = refuse(seen);
      if (refusal !== undefined) throw refusal;
      const target = parsePath(url.pathname, kinds);
      if (target === undefined) return new Response("404 page not found\n", { status: 404 });
      return answer(request, url, target, body);
    } catch (error) {
      return statusResponse(statusOf(error));
    }
  };

  const answer = (request: Request, url: URL, target: Target, body: unknown): Response => {
    switch (request.method) {
      case "GET":
        if (target.name !== undefined) return Response.json(writes.read(target));
        return url.searchParams.get("watch") === "true" ? watch(request, url, target) : list(url, target);
      case "POST":
        if (target.subresource !== undefined) return Response.json(bind(target, body as JsonObject), { status: 201 });
        return Response.json(writes.create(target, body as KubeObject), { status: 201 });
      case "PUT":
        return Response.json(writes.update(target, body as KubeObject));
      case "PATCH":
        return Response.json(writes.patch(target, body, request.headers.get("content-type") ?? ""));
      case "DELETE":
        return Response.json(writes.remove(target, (body ?? {}) as JsonObject) ?? success);
      default:
        return statusResponse(failure("method not allowed", { reason: "MethodNotAllowed" }));
    }
  };

  /** The one POST to a subresource that changes an object: a pod gets its node. */
  const bind = (target: Target, body: JsonObject): unknown => {
    const object = writes.read(target) as KubeObject & { readonly spec?: object };
    const { target: node } = body as { readonly target?: { readonly name?: string } };
    if (target.subresource === "binding") {
      store.write(target.resource, { ...object, spec: { ...object.spec, nodeName: node?.name } } as KubeObject);
    }
    return success;
  };

  const list = (url: URL, target: Target): Response => {
    const isWanted = filterOf(url, target);
    const after = url.searchParams.get("continue") ?? "";
    const limit = Number(url.searchParams.get("limit") ?? 0) || Number.POSITIVE_INFINITY;
    const items = store.list(target.resource).filter((object) => isWanted(object) && keyOf(object) > after);
    const last = items[limit - 1];
    const isMore = items.length > limit && last !== undefined;
    const metadata = { resourceVersion: String(store.version), ...(isMore && { continue: keyOf(last) }) };
    return Response.json({ kind: "List", metadata, items: items.slice(0, limit) });
  };

  const watch = (request: Request, url: URL, target: Target): Response => {
    const isWanted = filterOf(url, target);
    const asked = url.searchParams.get("resourceVersion") ?? "";
    const wantsInitial = asked === "" || asked === "0";
    const encoder = new TextEncoder();
    let stop: () => void = () => {};
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const send = (event: unknown) => controller.enqueue(encoder.encode(`${JSON.stringify(event)}\n`));
        const end = (error?: Error) => {
          stop();
          if (error === undefined) controller.close();
          else controller.error(error);
        };
        const onAbort = () => end(request.signal.reason);
        if (!wantsInitial && Number(asked) < store.oldest) {
          const message = `too old resource version: ${asked} (${store.oldest})`;
          send({ type: "ERROR", object: failure(message, { reason: "Expired" }) });
          controller.close();
          return;
        }
        const unfollow = store.follow(wantsInitial ? store.version : Number(asked), (event) => {
          const seen = event.resource === target.resource ? seenEvent(event, isWanted) : undefined;
          if (seen !== undefined) send(seen);
        });
        stop = () => {
          unfollow();
          streams.delete(end);
          request.signal.removeEventListener("abort", onAbort);
        };
        streams.add(end);
        request.signal.addEventListener("abort", onAbort);
        if (!wantsInitial) return;
        for (const object of store.list(target.resource).filter(isWanted)) send({ type: "ADDED", object });
        if (url.searchParams.get("sendInitialEvents") === "true") send(initialEnd(store.version));
      },
      cancel: () => stop(),
    });
    return new Response(body, { headers: { "Content-Type": "application/json" } });
  };

  return {
    fetch,
    client: createClient({ fetch }),
    requests,
    writes: () => requests.filter(({ method }) => method !== "GET"),
    put: (kind, object) => {
      seeded += 1;
      const { uid, creationTimestamp } = store.get(resourceOf(kind), keyOf(object))?.metadata ?? {};
      const made = { uid: uid ?? `seed-${seeded}`, creationTimestamp: creationTimestamp ?? timestampOf(now()) };
      const metadata = { ...made, ...object.metadata };
      return store.write(resourceOf(kind), { ...object, metadata }) as typeof object;
    },
    get: <T extends KubeObject>(kind: Kind<T>, key: ObjectKey) =>
      store.get(resourceOf(kind), keyOf({ metadata: key })) as T | undefined, // only objects of the kind are put there
    list: <T extends KubeObject>(kind: Kind<T>) => store.list(resourceOf(kind)) as readonly T[],
    remove: (kind, key) => store.remove(resourceOf(kind), keyOf({ metadata: key })),
    failWhen: (decide) => {
      refuse = decide;
    },
    dropWatches: (error) => {
      for (const end of [...streams]) end(error);
    },
    compact: () => store.compact(),
  };
}

const success = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" };

function resourceOf(kind: Pick<Kind, "group" | "plural">): string {
  return `${kind.group}/${kind.plural}`;
}

const pathPattern =
  /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)(?:\/namespaces\/([^/]+)(?=\/.))?\/([^/]+)(?:\/([^/]+))?(?:\/(.+))?$/;

function parsePath(path: string, kinds: ReadonlyMap<string, Kind>): Target | undefined {
  const match = pathPattern.exec(path);
  if (match === null) return undefined;
  const [, group = "", namespace, plural = "", name, subresource] = match.map(
    (part) => part && decodeURIComponent(part),
  );
  const resource = `${group}/${plural}`;
  return { group, plural, resource, namespace, name, subresource, kind: kinds.get(resource) };
}

function filterOf(url: URL, target: Target): (object: KubeObject) => boolean {
  const labels = parseLabelSelector(url.searchParams.get("labelSelector") ?? "");
  const fields = parseFieldSelector(url.searchParams.get("fieldSelector") ?? "");
  return (object) =>
    (target.namespace === undefined || object.metadata.namespace === target.namespace) &&
    matchesLabels(labels, object.metadata.labels) &&
    matchesFields(fields, (path) => String(firstAt(compileJsonPath(`.${path}`), object) ?? ""));
}

/** An object that stops to match is deleted for this watcher, one that begins to is added. */
function seenEvent(event: StoredEvent, isWanted: (object: KubeObject) => boolean): unknown {
  const { type, object, before } = event;
  const wasWanted = before !== undefined && isWanted(before);
  if (type === "DELETED") return wasWanted ? { type, object } : undefined;
  if (isWanted(object)) return { type: wasWanted ? "MODIFIED" : "ADDED", object };
  if (!wasWanted) return undefined;
  const { resourceVersion } = object.metadata;
  return { type: "DELETED", object: { ...before, metadata: { ...before.metadata, resourceVersion } } };
}

function initialEnd(version: number): unknown {
  const annotations = { "k8s.io/initial-events-end": "true" };
  return { type: "BOOKMARK", object: { metadata: { resourceVersion: String(version), annotations } } };
}
