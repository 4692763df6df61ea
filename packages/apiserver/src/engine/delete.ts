import type { JsonValue } from "@peapod/api";
import { deepEqual, DeleteOptions as deleteOptionsSchema, forbidden as forbiddenField } from "@peapod/api";
import {
  badRequest,
  forbidden,
  formatError,
  hasReason,
  invalid,
  notFound,
  parseYaml,
  preconditionFailed,
  type Status,
  timestampOf,
} from "@peapod/machinery";
import { bodyEncoding, decodeProtobuf } from "../front/index.ts";
import { type Served, toStored } from "../registry/resource.ts";
import { type DeleteOptions, type Propagation, readDeleteOptions } from "../request/delete-options.ts";
import { jsonError } from "../request/json-error.ts";
import { readListOptions } from "../request/list-options.ts";
import { readBody } from "../request/read-body.ts";
import type { Entry, StoredMeta, StoredObject } from "../store/entry.ts";
import { admit } from "./admit.ts";
import { answerEntry, answerList, answerObject, answerStatus } from "./answer.ts";
import { type Call, resourceNames } from "./call.ts";
import { placeOf, selectPage } from "./read.ts";
import { storeError } from "./store-error.ts";
import { isFinished } from "./update.ts";
import { objectOf } from "./view.ts";

export async function deleteObject(call: Call): Promise<Response> {
  const options = await readOptions(call);
  const gone = await removeObject(call, call.info.name ?? "", options);
  if (!gone.isGone || call.served.resource.strategy.answersDeletedObject) {
    return gone.entry ? answerEntry(call, gone.entry) : answerObject(call, gone.object);
  }
  return answerStatus(call, success(call.served, gone.object));
}

export async function deleteCollection(call: Call): Promise<Response> {
  const options = await readOptions(call);
  const { entries } = await selectPage(call, readListOptions(call.query, "deletecollection"));
  for (const entry of entries) {
    const one: Call = { ...call, info: { ...call.info, namespace: entry.namespace || undefined, name: entry.name } };
    try {
      await removeObject(one, entry.name, options);
    } catch (error) {
      // Somebody else was faster, which is as good.
      if (!hasReason(error, "NotFound", "Conflict")) throw error;
    }
  }
  return answerList(call, entries, { resourceVersion: String(call.engine.store.revision) });
}

interface Removed {
  /** False: it is marked, and waits for its finalizers, its grace period or its content. */
  readonly isGone: boolean;
  readonly object: StoredObject;
  /** The stored version, unless nothing was stored. */
  readonly entry: Entry | undefined;
}

/** Deletes an object, or marks it for deletion. */
export async function removeObject(call: Call, name: string, options: DeleteOptions): Promise<Removed> {
  const { engine, served } = call;
  const place = placeOf(call, name);
  for (;;) {
    await engine.store.settled(place);
    const entry = engine.store.get(place);
    if (!entry) throw notFound(resourceNames(served), name);
    const old = objectOf(served, entry);
    checkDeletable(call, old, entry, options);
    const next = marked(call, old, options);
    const isGone = isFinished(served, next);
    if (!isGone && deepEqual(next, old)) return { isGone, object: old, entry };
    if (options.dryRun) return { isGone, object: isGone ? old : next, entry: undefined };
    // What goes at once is last seen as it was.
    const last = isGone && old.metadata.deletionTimestamp === undefined ? old : next;
    const written = engine.store.write(place, entry, (resourceVersion) => ({
      object: toStored(served, { ...last, metadata: { ...last.metadata, resourceVersion } }),
      deleted: isGone,
      schemaAge: served.resource.schemaAge,
    }));
    if (!written) continue;
    try {
      return { isGone, object: last, entry: (await written).entry };
    } catch (error) {
      throw storeError(error);
    }
  }
}

/** The object as its deletion leaves it: with a time to go by, and the finalizers that the wanted propagation asks for. */
function marked({ engine, served }: Call, old: StoredObject, options: DeleteOptions): StoredObject {
  const { strategy } = served.resource;
  const { metadata } = old;
  const finalizers = propagate(metadata.finalizers ?? [], options.propagation);
  if (finalizers.includes(foreground) && finalizers.includes(orphan)) {
    throw invalid(resourceNames(served), metadata.name, [
      forbiddenField("metadata.finalizers", `finalizer ${orphan} and ${foreground} cannot be both set`),
    ]);
  }
  const kept: StoredMeta = { ...metadata, finalizers };
  if (finalizers.length === 0) delete (kept as { finalizers?: unknown }).finalizers;
  const graceSeconds = strategy.graceSeconds?.(old, options.gracePeriodSeconds) ?? 0;
  if (metadata.deletionTimestamp !== undefined) return shortened({ ...old, metadata: kept }, graceSeconds, options);
  const { generation } = metadata;
  const object: StoredObject = {
    ...old,
    metadata: {
      ...kept,
      deletionTimestamp: timestampOf(new Date(engine.now().getTime() + graceSeconds * 1000)),
      deletionGracePeriodSeconds: graceSeconds,
      ...(generation !== undefined && generation > 0 && { generation: generation + 1 }),
    },
  };
  return strategy.markDeleted?.(object) ?? object;
}

/** A second delete may only bring the end nearer. */
function shortened(object: StoredObject, graceSeconds: number, options: DeleteOptions): StoredObject {
  const { deletionTimestamp = "", deletionGracePeriodSeconds = 0 } = object.metadata;
  if (options.gracePeriodSeconds === undefined || graceSeconds >= deletionGracePeriodSeconds) return object;
  const end = Date.parse(deletionTimestamp) - (deletionGracePeriodSeconds - graceSeconds) * 1000;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      deletionTimestamp: timestampOf(new Date(end)),
      deletionGracePeriodSeconds: graceSeconds,
    },
  };
}

export const foreground = "foregroundDeletion";
export const orphan = "orphan";

function propagate(finalizers: readonly string[], policy: Propagation | undefined): readonly string[] {
  if (policy === undefined) return finalizers;
  const others = finalizers.filter((one) => one !== foreground && one !== orphan);
  if (policy === "Foreground") return [...others, foreground];
  return policy === "Orphan" ? [...others, orphan] : others;
}

function checkDeletable(call: Call, old: StoredObject, entry: Entry, options: DeleteOptions): void {
  const { resource } = call.served;
  const { name, uid } = old.metadata;
  const names = resourceNames(call.served);
  const refusal = resource.strategy.refuseDelete?.(old);
  if (refusal !== undefined) throw forbidden(names, name, refusal);
  if (options.uid !== undefined && options.uid !== uid) {
    const sentence = `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
    throw preconditionFailed(names, name, sentence);
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== String(entry.revision)) {
    const sentence = `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${entry.revision}). The object might have been modified`;
    throw preconditionFailed(names, name, sentence);
  }
  admit(call, "DELETE", old, undefined);
}

async function readOptions(call: Call): Promise<DeleteOptions> {
  const body = await readBody(call.request);
  if (body.length === 0) return readDeleteOptions(undefined, call.query);
  const encoding = bodyEncoding(call.request.headers.get("content-type"));
  return readDeleteOptions(decodeOptions(body, encoding), call.query);
}

function decodeOptions(body: Uint8Array, encoding: ReturnType<typeof bodyEncoding>): JsonValue {
  if (encoding === "protobuf") return decodeProtobuf(body, () => deleteOptionsSchema);
  const text = new TextDecoder().decode(body);
  try {
    return (encoding === "yaml" ? parseYaml(text) : JSON.parse(text)) as JsonValue; // both read nothing but JSON values
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${jsonError(text) ?? formatError(error)}`);
  }
}

function success({ resource }: Served, { metadata }: StoredObject): Status {
  const { name, uid } = metadata;
  const details = { name, ...(resource.group !== "" && { group: resource.group }), kind: resource.plural, uid };
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
}
