import { randomUUID } from "node:crypto";
import {
  ApiError,
  alreadyExists,
  badRequest,
  failure,
  forbidden,
  methodNotAllowed,
  notFound,
  timestampOf,
  withoutReason,
} from "@peapod/machinery";
import type { Owner } from "../apply/owners.ts";
import { hasStatus, type Served, schemaOf, toStored } from "../registry/resource.ts";
import { readBody } from "../request/read-body.ts";
import { readWriteOptions, type WriteOptions } from "../request/write-options.ts";
import type { Entry, StoredMeta, StoredObject } from "../store/entry.ts";
import { admit, mutate } from "./admit.ts";
import { answerEntry, answerObject } from "./answer.ts";
import { type Call, resourceNames } from "./call.ts";
import { type DecodedBody, decodeBody, expectedOf, strictError } from "./decode-body.ts";
import { normalize } from "./normalize.ts";
import { ownersAfter, withOwners } from "./ownership.ts";
import { placeOf } from "./read.ts";
import { reserve } from "./reserve.ts";
import { storeError } from "./store-error.ts";
import { validateObject } from "./validate.ts";

/** A write's result: the stored version, or for a dry run what would have been stored. */
export type Written = { readonly entry: Entry } | { readonly object: StoredObject };

export async function createObject(call: Call): Promise<Response> {
  const { request, query, info, served } = call;
  const userAgent = request.headers.get("user-agent");
  const options = readWriteOptions(query, "CreateOptions", { userAgent, isApply: false });
  if (info.name !== undefined) throw postToItem(call);
  if (served.resource.namespaced && info.namespace === undefined)
    throw methodNotAllowed(resourceNames(served), "create");
  const decoded = await decodeObject(call, options, await readBody(request));
  checkPlace(call, decoded);
  return answerWritten(call, await createFrom(call, options, decoded, served), 201);
}

export function answerWritten(call: Call, written: Written, code: number): Response {
  return "entry" in written ? answerEntry(call, written.entry, code) : answerObject(call, written.object, code);
}

/** Reads a body of the request's kind; what a strict client would refuse is refused, or said in warnings. */
export async function decodeObject(call: Call, options: WriteOptions, body: Uint8Array): Promise<StoredObject> {
  const { request, served, engine } = call;
  const isStrict = options.fieldValidation !== "Ignore";
  const expected = expectedOf(served);
  const decoded: DecodedBody = decodeBody(body, request.headers.get("content-type"), expected, {
    registry: engine.registry,
    schema: isStrict ? schemaOf(served) : undefined,
  });
  if (options.fieldValidation === "Strict" && decoded.strictProblems.length > 0) {
    throw strictError(expected, decoded.strictProblems);
  }
  call.warnings.push(...decoded.strictProblems);
  return decoded.object;
}

/** The namespace of a body must be the path's, or missing. */
export function checkPlace({ served, info }: Call, { metadata }: StoredObject): void {
  if (!served.resource.namespaced || !metadata.namespace || metadata.namespace === info.namespace) return;
  throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
}

/**
 * Makes an object: metadata, defaults, admission, validation, ownership, the store.
 *
 * @param owners  who owns what, if not simply the writer everything (server-side apply)
 */
export async function createFrom(
  call: Call,
  options: WriteOptions,
  draft: StoredObject,
  served: Served,
  owners?: readonly Owner[],
): Promise<Written> {
  if (draft.metadata.resourceVersion) {
    throw withoutReason(500, "resourceVersion should not be set on objects to be created");
  }
  const { store } = call.engine;
  for (let attempt = 1; ; attempt++) {
    const isGenerated = !draft.metadata.name && !!draft.metadata.generateName;
    if (!isGenerated) await store.settled(placeOf(call, draft.metadata.name));
    using held = new DisposableStack();
    // From here to the store in one breath: what admission saw of other objects is still so when this one joins them.
    const object = prepare(call, options, draft, served, owners, held);
    const { name } = object.metadata;
    const isTaken = store.get(placeOf(call, name)) !== undefined;
    if (options.dryRun && !isTaken) return { object };
    const written = isTaken ? undefined : insert(call, object);
    if (written) return { entry: await written };
    if (!isGenerated) throw alreadyExists(resourceNames(served), name);
    if (attempt === maxNames) throw noUniqueName(served, name);
  }
}

/** Begins to store a new object; undefined when there is one already. */
function insert(call: Call, object: StoredObject): Promise<Entry> | undefined {
  const { engine, served } = call;
  const written = engine.store.write(placeOf(call, object.metadata.name), undefined, (resourceVersion) => ({
    object: toStored(served, { ...object, metadata: { ...object.metadata, resourceVersion } }),
    schemaAge: served.resource.schemaAge,
  }));
  return written?.then(
    ({ entry }) => entry,
    (error: unknown) => {
      throw storeError(error);
    },
  );
}

function prepare(
  call: Call,
  options: WriteOptions,
  draft: StoredObject,
  served: Served,
  owners: readonly Owner[] | undefined,
  held: DisposableStack,
): StoredObject {
  const { engine, info } = call;
  const { strategy } = served.resource;
  const now = engine.now();
  const context = { now, random: engine.random, subresource: info.subresource };
  let object = normalize(served, { ...draft, metadata: newMetadata(call, draft.metadata, now) });
  if (hasStatus(served) && !strategy.keepsStatusOnCreate) object = withoutStatus(object);
  object = strategy.prepareCreate?.(object, context) ?? object;
  checkNamespace(call, object);
  object = reserve(call, normalize(served, mutate(call, "CREATE", object, undefined)), held);
  validateObject(call, object, undefined);
  admit(call, "CREATE", object, undefined);
  return withOwners(object, owners ?? ownersAfter(call, options.fieldManager, undefined, object, []));
}

function newMetadata({ engine, info, served }: Call, given: StoredMeta, now: Date): StoredMeta {
  const {
    resourceVersion: _,
    deletionTimestamp: __,
    deletionGracePeriodSeconds: ___,
    selfLink: ____,
    managedFields: _____,
    generation: ______,
    ...kept
  } = given;
  const name = given.name || (given.generateName ? generateName(given.generateName, engine.random) : "");
  return {
    ...kept,
    name,
    ...(served.resource.namespaced && info.namespace !== undefined && { namespace: info.namespace }),
    uid: randomUUID(),
    creationTimestamp: timestampOf(now),
    ...(served.resource.strategy.generation === "all" && { generation: 1 }),
  };
}

const nameCharacters = "bcdfghjklmnpqrstvwxz2456789";
const suffixLength = 5;
const maxBase = 63 - suffixLength;
/** Tries before giving up on a free name. */
const maxNames = 8;

/** A prefix and five characters that spell nothing. */
export function generateName(base: string, random: () => number): string {
  let name = base.slice(0, maxBase);
  for (let count = 0; count < suffixLength; count++) {
    name += nameCharacters[Math.floor(random() * nameCharacters.length)] ?? "b";
  }
  return name;
}

/** Nothing is made in a namespace that does not exist, or that is on its way out; nor of a kind that is. */
function checkNamespace({ engine, served, info }: Call, object: StoredObject): void {
  const { resource } = served;
  if (resource.isTerminating) {
    const sentence = "create not allowed while custom resource definition is terminating";
    throw forbidden(resourceNames(served), object.metadata.name, sentence);
  }
  if (!resource.namespaced) return;
  const namespace = info.namespace ?? "";
  const entry = engine.store.get({ resource: "namespaces", namespace: "", name: namespace });
  if (!entry) throw notFound({ group: "", plural: "namespaces" }, namespace);
  if (!entry.meta.isBeingDeleted) return;
  const sentence = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw forbidden(resourceNames(served), object.metadata.name, sentence, [
    {
      reason: "NamespaceTerminating",
      message: `namespace ${namespace} is being terminated`,
      field: "metadata.namespace",
    },
  ]);
}

/** A quirk of custom resources: their item path takes a POST as a create of that name, of which there is one already. */
function postToItem({ served, info }: Call): ApiError {
  const names = resourceNames(served);
  return served.resource.isCustom ? alreadyExists(names, info.name ?? "") : methodNotAllowed(names, "create");
}

function noUniqueName(served: Served, name: string): ApiError {
  const { status } = alreadyExists(resourceNames(served), name);
  const message = `${status.message}, the server was not able to generate a unique name for the object`;
  return new ApiError(
    failure(message, { reason: "AlreadyExists", details: { ...status.details, retryAfterSeconds: 1 } }),
  );
}

function withoutStatus({ status: _, ...object }: StoredObject): StoredObject {
  return object as StoredObject; // apiVersion, kind and metadata are still there
}
