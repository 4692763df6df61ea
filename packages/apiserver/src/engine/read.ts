import {
  ApiError,
  badRequest,
  expired,
  type FieldSelector,
  failure,
  type LabelSelector,
  matchesFields,
  matchesLabels,
  notFound,
  requiredField,
  withoutReason,
} from "@peapod/machinery";
import type { Served } from "../registry/resource.ts";
import { decodeContinue, encodeContinue } from "../request/continue-token.ts";
import { type ListOptions, parseUintSentence, readListOptions, readRevision } from "../request/list-options.ts";
import type { Collection } from "../store/collection.ts";
import type { Entry } from "../store/entry.ts";
import type { Place } from "../store/store.ts";
import { answerEntry, answerList } from "./answer.ts";
import { type Call, resourceNames } from "./call.ts";

/** How long a read waits for a revision that is not there yet. */
const waitMs = 3_000;

export function collectionOf({ engine, served }: Call): Collection {
  return engine.store.collection(served.resource.storage);
}

/** Where the object of a request lies. */
export function placeOf({ served, info }: Call, name = info.name ?? ""): Place {
  return {
    resource: served.resource.storage,
    namespace: served.resource.namespaced ? (info.namespace ?? "") : "",
    name,
  };
}

/** @throws {ApiError} NotFound */
export function findEntry(call: Call): Entry {
  const entry = call.engine.store.get(placeOf(call));
  if (!entry) throw notFound(resourceNames(call.served), call.info.name ?? "");
  return entry;
}

export async function getObject(call: Call): Promise<Response> {
  const asked = call.query.get("resourceVersion") ?? "";
  if (asked !== "" && asked !== "0") {
    const revision = readRevision(asked);
    if (revision === undefined) {
      throw withoutReason(500, `resourceVersion: Invalid value: ${JSON.stringify(asked)}: ${parseUintSentence(asked)}`);
    }
    await waitFor(call, revision);
  }
  return answerEntry(call, findEntry(call));
}

export async function listObjects(call: Call): Promise<Response> {
  const options = readListOptions(call.query, "list");
  const page = await selectPage(call, options);
  return answerList(call, page.entries, page.meta);
}

export interface Page {
  readonly entries: readonly Entry[];
  readonly meta: {
    readonly resourceVersion: string;
    readonly continue?: string | undefined;
    readonly remainingItemCount?: number | undefined;
  };
}

/** The objects of a list request: one page, in key order. */
export async function selectPage(call: Call, options: ListOptions): Promise<Page> {
  const fields = storedSelector(call.served, options.fields);
  const collection = collectionOf(call);
  const snapshot = await chooseSnapshot(call, options, collection);
  const { revision, start } = snapshot;
  const namespace = namespaceOf(call);
  const all = candidates(call, collection, fields, revision);
  const rest = start === "" ? all : all.filter((entry) => relativeKey(entry, namespace) >= start);
  const isPlain = options.labels.length === 0 && fields.length === 0;
  const limit = options.resourceVersion === "0" && options.continueToken === "" ? 0 : options.limit;
  const entries: Entry[] = [];
  let next: Entry | undefined;
  for (const entry of rest) {
    if (!isPlain && !isSelected(entry, options.labels, fields)) continue;
    if (limit > 0 && entries.length === limit) {
      next = entry;
      break;
    }
    entries.push(entry);
  }
  const last = entries.at(-1);
  const more = next && last ? encodeContinue({ revision, start: `${relativeKey(last, namespace)}\0` }) : undefined;
  return {
    entries,
    meta: {
      resourceVersion: String(revision),
      continue: more,
      ...(more !== undefined && isPlain && { remainingItemCount: rest.length - entries.length }),
    },
  };
}

/** The namespace a list or watch is restricted to; undefined for all. */
export function namespaceOf({ served, info }: Call): string | undefined {
  return served.resource.namespaced ? info.namespace : undefined;
}

export function isSelected(entry: Entry, labels: LabelSelector, fields: FieldSelector): boolean {
  return matchesFields(fields, (path) => entry.field(path)) && matchesLabels(labels, entry.meta.labels);
}

/**
 * A field selector in terms of the stored form.
 *
 * @throws {ApiError} BadRequest for a field that the kind does not let select
 */
export function storedSelector({ resource, version }: Served, selector: FieldSelector): FieldSelector {
  const selectable = version.kind.selectableFields ?? [];
  return selector.map((requirement) => {
    const { path } = requirement;
    if (path === "metadata.name" || (path === "metadata.namespace" && resource.namespaced)) return requirement;
    if (!selectable.includes(path)) {
      const plain = `"${path}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
      throw badRequest(resource.isCustom || selectable.length > 0 ? `field label not supported: ${path}` : plain);
    }
    const stored = version.conversion?.storedField(path) ?? path;
    return { ...requirement, path: resource.storage === "events" && stored === "source" ? "source.component" : stored };
  });
}

/** Waits until a revision is published. @throws {ApiError} 504 when it is not in time */
export async function waitFor({ engine }: Call, revision: number): Promise<void> {
  if (await engine.store.reached(revision, waitMs)) return;
  throw new ApiError(
    failure(`Timeout: Too large resource version: ${revision}, current: ${engine.store.revision}`, {
      reason: "Timeout",
      details: {
        causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
        retryAfterSeconds: 1,
      },
    }),
  );
}

/** Objects that a selector by name, or the whole list, may give. */
function candidates(call: Call, collection: Collection, fields: FieldSelector, revision: number): readonly Entry[] {
  const namespace = namespaceOf(call);
  const name = requiredField(fields, "metadata.name") ?? (call.info.verb === "watch" ? call.info.name : undefined);
  const isPresent = revision >= call.engine.store.revision;
  if (name !== undefined && isPresent && (namespace !== undefined || !call.served.resource.namespaced)) {
    const entry = call.engine.store.get(placeOf(call, name));
    return entry ? [entry] : [];
  }
  return isPresent ? collection.list(namespace) : collection.listAt(revision, namespace);
}

async function chooseSnapshot(
  call: Call,
  options: ListOptions,
  collection: Collection,
): Promise<{ readonly revision: number; readonly start: string }> {
  const { store } = call.engine;
  if (options.continueToken !== "") {
    const { revision, start } = decodeContinue(options.continueToken);
    if (options.resourceVersion !== "" && options.resourceVersion !== "0") {
      throw badRequest("specifying resource version is not allowed when using continue");
    }
    if (revision > 0 && revision < collection.oldestRevision) throw expiredToken(start);
    return { revision: revision < 0 ? store.revision : revision, start };
  }
  const asked = options.resourceVersion;
  if (asked === "" || asked === "0") return { revision: store.revision, start: "" };
  const revision = readRevision(asked);
  if (revision === undefined) {
    const sentence = `resourceVersion: Invalid value: ${JSON.stringify(asked)}: ${parseUintSentence(asked)}`;
    throw badRequest(`invalid resource version: ${sentence}`);
  }
  await waitFor(call, revision);
  const isExact = options.match === "Exact" || (options.match === "" && options.limit > 0);
  if (!isExact) return { revision: store.revision, start: "" };
  if (revision < collection.oldestRevision) throw expired("The resourceVersion for the provided list is too old.");
  return { revision, start: "" };
}

function expiredToken(start: string): ApiError {
  const token = encodeContinue({ revision: -1, start });
  return expired(
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
    token,
  );
}

/** A key below the collection's prefix: `/name` in one namespace, `/namespace/name` in all. */
function relativeKey(entry: Entry, namespace: string | undefined): string {
  return namespace === undefined ? `/${entry.key}` : `/${entry.name}`;
}
