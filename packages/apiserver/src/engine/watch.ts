import { requiredField, withoutReason } from "@peapod/machinery";
import { type AnswerForm, parseIncludeObject, partialObject, renderTable } from "../front/index.ts";
import { type ListOptions, parseUintSentence, readListOptions, readRevision } from "../request/list-options.ts";
import type { StoreEvent } from "../store/collection.ts";
import type { Entry, StoredObject } from "../store/entry.ts";
import { WatchStream, type WatchView } from "../watch/watch-stream.ts";
import { asKubeObjects, formOf } from "./answer.ts";
import type { Call } from "./call.ts";
import { collectionOf, isSelected, namespaceOf, storedSelector, waitFor } from "./read.ts";
import { bodyOf, objectOf } from "./view.ts";

/** A watch without a wish of its own ends after half an hour to an hour. */
const defaultTimeoutMs = 30 * 60_000;
const longestTimeoutMs = 24 * 3_600_000;

export async function watchObjects(call: Call): Promise<Response> {
  const options = readListOptions(call.query, "watch");
  const fields = storedSelector(call.served, options.fields);
  const form = formOf(call);
  if (options.sendInitialEvents === true) await waitFor(call, readRevision(options.resourceVersion) ?? 0);
  const collection = collectionOf(call);
  const { store } = call.engine;
  const after = startOf(options, store.revision);
  if (after !== undefined && after < collection.oldestRevision) {
    return answerStream(tooOld(after, collection.oldestRevision));
  }
  const namespace = namespaceOf(call);
  const name = call.info.name ?? requiredField(fields, "metadata.name");
  const canIndexName = name !== undefined && (namespace !== undefined || !call.served.resource.namespaced);
  const scope = { namespace, name: canIndexName ? name : undefined };
  const view = watchView(call, form, (entry) => {
    return (name === undefined || entry.name === name) && isSelected(entry, options.labels, fields);
  });
  const initial = after === undefined ? collection.list(namespace).filter(view.matches) : [];
  const sendsEnd = options.sendInitialEvents === true && options.allowsBookmarks;
  const stream = new WatchStream({
    collection,
    scope,
    view,
    initial,
    after: after ?? store.revision,
    bookmarks: options.allowsBookmarks,
    marksInitialEnd: sendsEnd,
    timeoutMs: timeoutMs(call, options),
    currentRevision: () => store.revision,
    signal: call.request.signal,
    onEnd: () => call.engine.watches.delete(stream),
  });
  if (!call.request.signal.aborted) call.engine.watches.add(stream);
  return answerStream(stream.body);
}

/** The revision to go on from; undefined: begin with what is there now. */
function startOf(options: ListOptions, current: number): number | undefined {
  const asked = options.resourceVersion;
  if (options.sendInitialEvents === true) return undefined;
  if (asked === "" || asked === "0") return options.sendInitialEvents === false ? current : undefined;
  const revision = readRevision(asked);
  if (revision === undefined) {
    throw withoutReason(500, `resourceVersion: Invalid value: ${JSON.stringify(asked)}: ${parseUintSentence(asked)}`);
  }
  return revision;
}

function timeoutMs({ engine }: Call, { timeoutSeconds }: ListOptions): number {
  if (timeoutSeconds !== undefined && timeoutSeconds > 0) return Math.min(timeoutSeconds * 1000, longestTimeoutMs);
  return defaultTimeoutMs * (1 + engine.random());
}

function watchView(call: Call, form: AnswerForm, matches: (entry: Entry) => boolean): WatchView {
  const { served } = call;
  const writer = eventWriter(call, form);
  const shared = form.as === "object" || form.as === "partial";
  const key = `${served.version.apiVersion} ${form.as} ${form.metaVersion}`;
  const cached = (event: StoreEvent, id: string, make: () => Uint8Array): Uint8Array => {
    if (!shared) return make(); // a table's first row has columns, and ages differ with time
    const found = event.encoded.get(id);
    if (found) return found;
    const bytes = make();
    event.encoded.set(id, bytes);
    return bytes;
  };
  return {
    matches,
    encodeEvent: (type, event) => cached(event, `${key} ${type}`, () => writer.entry(type, event.entry)),
    encodeLeft: (event) =>
      cached(event, `${key} left`, () => {
        const { previous, revision } = event;
        const old = objectOf(served, previous ?? event.entry);
        const metadata = { ...old.metadata, resourceVersion: String(revision) };
        return writer.object("DELETED", { ...old, metadata });
      }),
    encodeInitial: (entry) => writer.entry("ADDED", entry),
    encodeBookmark: (revision, initialEventsEnd) => {
      const metadata = {
        resourceVersion: String(revision),
        ...(initialEventsEnd && { annotations: { "k8s.io/initial-events-end": "true" } }),
      };
      const { apiVersion } = served.version;
      // A bookmark is an object without a name: readers look at nothing but its metadata.
      return writer.object("BOOKMARK", {
        kind: served.resource.kind,
        apiVersion,
        metadata,
      } as unknown as StoredObject);
    },
  };
}

interface EventWriter {
  readonly entry: (type: string, entry: Entry) => Uint8Array;
  readonly object: (type: string, object: StoredObject) => Uint8Array;
}

/** How events are written in a form: plain ones from bytes, others by way of the parsed object. */
function eventWriter(call: Call, form: AnswerForm): EventWriter {
  const { served, engine, query } = call;
  const write = (type: string, object: object) => Buffer.from(`${JSON.stringify({ type, object })}\n`);
  if (form.as === "object") {
    return {
      entry: (type, entry) => Buffer.concat([prefix(type), bodyOf(served, entry), suffix]),
      object: write,
    };
  }
  if (form.as === "table") {
    const includeObject = parseIncludeObject(query.get("includeObject"));
    let withColumns = true;
    const object = (type: string, shown: StoredObject) => {
      const { resourceVersion } = shown.metadata;
      const table = renderTable(served.version.kind, asKubeObjects([shown]), {
        now: engine.now(),
        includeObject,
        metaVersion: form.metaVersion,
        metadata: { ...(resourceVersion !== undefined && { resourceVersion }) },
        withColumns,
      });
      withColumns = false;
      return write(type, table);
    };
    return { entry: (type, entry) => object(type, objectOf(served, entry)), object };
  }
  const object = (type: string, shown: StoredObject) => write(type, partialObject(shown, form.metaVersion));
  return { entry: (type, entry) => object(type, objectOf(served, entry)), object };
}

function tooOld(revision: number, oldest: number): Uint8Array<ArrayBuffer> {
  const message = `too old resource version: ${revision} (${oldest})`;
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason: "Expired" };
  return Buffer.from(`${JSON.stringify({ type: "ERROR", object: { ...status, code: 410 } })}\n`);
}

function answerStream(body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>): Response {
  const headers = { "content-type": "application/json", "cache-control": "no-cache, private" };
  return new Response(body, { status: 200, headers });
}

const prefixes = new Map<string, Uint8Array>();
const suffix = Buffer.from("}\n");

function prefix(type: string): Uint8Array {
  let bytes = prefixes.get(type);
  if (!bytes) {
    bytes = Buffer.from(`{"type":"${type}","object":`);
    prefixes.set(type, bytes);
  }
  return bytes;
}
