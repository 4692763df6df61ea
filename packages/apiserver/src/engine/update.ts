import { deepEqual } from "@peapod/api";
import { ApiError, badRequest, conflict, failure, invalid, notFound, withoutReason } from "@peapod/machinery";
import type { Owner } from "../apply/owners.ts";
import { hasStatus, type Served, toStored } from "../registry/resource.ts";
import { parseUintSentence } from "../request/list-options.ts";
import { readBody } from "../request/read-body.ts";
import { readWriteOptions, type WriteOptions } from "../request/write-options.ts";
import type { Entry, StoredMeta, StoredObject } from "../store/entry.ts";
import { admit, mutate } from "./admit.ts";
import { type Call, resourceNames } from "./call.ts";
import { answerWritten, checkPlace, createFrom, decodeObject, type Written } from "./create.ts";
import { normalize } from "./normalize.ts";
import { ownersAfter, ownersBefore, withOwners } from "./ownership.ts";
import { placeOf } from "./read.ts";
import { reserve } from "./reserve.ts";
import { storeError } from "./store-error.ts";
import { validateObject } from "./validate.ts";
import { objectOf } from "./view.ts";

/** PUT, of the object or of its status (or another part that is written as the whole). */
export async function updateObject(call: Call): Promise<Response> {
  const { request, query, info, served, engine } = call;
  const userAgent = request.headers.get("user-agent");
  const options = readWriteOptions(query, "UpdateOptions", { userAgent, isApply: false });
  if (info.name === undefined) throw badRequest("name must be provided");
  const sent = await decodeObject(call, options, await readBody(request));
  checkPlace(call, sent);
  const object: StoredObject = { ...sent, metadata: { ...sent.metadata, name: sent.metadata.name || info.name } };
  checkName(object, info.name);
  const { strategy } = served.resource;
  if (strategy.createsOnUpdate && info.subresource === undefined && !engine.store.get(placeOf(call))) {
    return answerWritten(call, await createFrom(call, options, withoutVersion(object), served), 201);
  }
  const written = await changeObject(call, options, (old, entry) => {
    checkVersion(call, object, entry);
    checkUid(call, object, old);
    return { object };
  });
  return answerWritten(call, written, 200);
}

/** What a change proposes: the whole object, and who owns what if the change itself knows. */
export interface Proposal {
  readonly object: StoredObject;
  readonly owners?: readonly Owner[];
}

/**
 * Changes an object: reads it, lets `propose` say what it shall be, and stores that if nobody was faster, else begins again. A
 * change that changes nothing is not stored.
 *
 * @param propose  sees the object as the request's version shows it
 */
export async function changeObject(
  call: Call,
  options: WriteOptions,
  propose: (old: StoredObject, entry: Entry) => Proposal | Promise<Proposal>,
): Promise<Written> {
  const { engine, served, info } = call;
  const place = placeOf(call);
  for (;;) {
    await engine.store.settled(place);
    const entry = engine.store.get(place);
    if (!entry) throw notFound(resourceNames(served), info.name ?? "");
    const old = objectOf(served, entry);
    const warned = call.warnings.length;
    using held = new DisposableStack();
    const next = prepareUpdate(call, options, await propose(old, entry), old, held);
    if (!next) return { entry };
    if (options.dryRun) return { object: next };
    const written = engine.store.write(place, entry, (resourceVersion) => ({
      object: toStored(served, { ...next, metadata: { ...next.metadata, resourceVersion } }),
      deleted: isFinished(served, next),
      schemaAge: served.resource.schemaAge,
    }));
    if (!written) {
      call.warnings.length = warned;
      continue;
    }
    try {
      return { entry: (await written).entry };
    } catch (error) {
      throw storeError(error);
    }
  }
}

/** The next version, or undefined when it would be the same as the last. */
function prepareUpdate(
  call: Call,
  options: WriteOptions,
  proposal: Proposal,
  old: StoredObject,
  held: DisposableStack,
): StoredObject | undefined {
  const { engine, served, info } = call;
  const { strategy } = served.resource;
  const context = { now: engine.now(), random: engine.random, subresource: info.subresource };
  let object = keepOtherHalf(call, proposal.object, old);
  object = normalize(served, { ...object, metadata: keepMetadata(object.metadata, old.metadata) });
  object = strategy.prepareUpdate?.(object, old, context) ?? object;
  if (info.subresource === undefined) {
    object = reserve(call, normalize(served, mutate(call, "UPDATE", object, old)), held);
  }
  object = withGeneration(served, object, old);
  const before = withoutOwners(old);
  const hasChanged = !deepEqual(withoutOwners(object), before);
  if (hasChanged) {
    validateObject(call, object, old);
    admit(call, "UPDATE", object, old);
  }
  const live = ownersBefore(call, proposal.object.metadata.managedFields, old.metadata.managedFields);
  const owners =
    proposal.owners ??
    (hasChanged ? ownersAfter(call, options.fieldManager, before, withoutOwners(object), live) : live);
  const next = withOwners(object, owners);
  return !hasChanged &&
    deepEqual(next.metadata.managedFields, withOwners(old, ownersOf(call, old)).metadata.managedFields)
    ? undefined
    : next;
}

function ownersOf(call: Call, { metadata }: StoredObject): readonly Owner[] {
  return ownersBefore(call, undefined, metadata.managedFields);
}

/** A write to the object leaves its status alone, a write to the status everything else. */
function keepOtherHalf({ served, info }: Call, object: StoredObject, old: StoredObject): StoredObject {
  if (info.subresource === "status") {
    const metadata = served.resource.isCustom
      ? { ...old.metadata, ...versionOf(object.metadata) }
      : { ...object.metadata, ownerReferences: old.metadata.ownerReferences };
    return withField({ ...old, metadata }, "status", object["status"]);
  }
  return hasStatus(served) ? withField(object, "status", old["status"]) : object;
}

/** What the server alone decides stays what it was. */
function keepMetadata(metadata: StoredMeta, old: StoredMeta): StoredMeta {
  const {
    selfLink: _,
    generation: __,
    deletionTimestamp: ___,
    deletionGracePeriodSeconds: ____,
    managedFields: _____,
    ...kept
  } = metadata;
  return {
    ...kept,
    ...(old.namespace !== undefined && { namespace: metadata.namespace || old.namespace }),
    uid: metadata.uid || old.uid,
    ...pick(
      old,
      "resourceVersion",
      "creationTimestamp",
      "generation",
      "deletionTimestamp",
      "deletionGracePeriodSeconds",
    ),
  };
}

function withGeneration({ resource }: Served, object: StoredObject, old: StoredObject): StoredObject {
  if (resource.strategy.generation !== "all") return object;
  const { metadata: _, status: __, ...now } = object;
  const { metadata: ___, status: ____, ...before } = old;
  const sameStatus = resource.versions.some((version) => version.kind.subresources?.status)
    ? true
    : deepEqual(object["status"], old["status"]);
  if (sameStatus && deepEqual(now, before)) return object;
  return { ...object, metadata: { ...object.metadata, generation: (old.metadata.generation ?? 0) + 1 } };
}

/** An object that was asked to go, and that nothing holds any more. */
export function isFinished({ resource }: Served, { metadata, ...object }: StoredObject): boolean {
  if (metadata.deletionTimestamp === undefined || (metadata.finalizers?.length ?? 0) > 0) return false;
  if ((metadata.deletionGracePeriodSeconds ?? 0) > 0) return false;
  return !resource.strategy.holdsDeletion?.({ ...object, metadata } as StoredObject);
}

export function checkName({ metadata }: StoredObject, name: string): void {
  if (metadata.name === name) return;
  throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
}

/**
 * Optimistic concurrency: an update names the version it was made from.
 *
 * @throws {ApiError} Conflict for an older one; Invalid where it is missing and the kind demands it
 */
export function checkVersion({ served }: Call, { metadata }: StoredObject, entry: Entry): void {
  const { resource } = served;
  const asked = metadata.resourceVersion ?? "";
  if (asked === "" || asked === "0") {
    if (resource.strategy.allowsUnconditionalUpdate) return;
    const message = "Invalid value: 0x0: must be specified for an update";
    const problem = { path: "metadata.resourceVersion", reason: "FieldValueInvalid", message } as const;
    throw invalid({ group: resource.group, kind: resource.plural }, entry.name, [problem]);
  }
  if (!/^\d+$/.test(asked)) throw withoutReason(500, parseUintSentence(asked));
  if (Number(asked) !== entry.revision) throw conflict(resourceNames(served), entry.name);
}

function checkUid({ served }: Call, { metadata }: StoredObject, old: StoredObject): void {
  if (!metadata.uid || metadata.uid === old.metadata.uid) return;
  const { group, plural } = served.resource;
  const place = [group, plural, old.metadata.namespace, old.metadata.name].filter((part) => part).join("/");
  const sentence = `StorageError: invalid object, Code: 4, Key: /registry/${place}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.metadata.uid}`;
  throw conflict(resourceNames(served), old.metadata.name, sentence);
}

function withoutOwners(object: StoredObject): StoredObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function withoutVersion(object: StoredObject): StoredObject {
  const { resourceVersion: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function withField(object: StoredObject, field: string, value: unknown): StoredObject {
  const { [field]: _, ...rest } = object;
  return (value === undefined ? rest : { ...rest, [field]: value }) as StoredObject; // never one of the three it needs
}

function versionOf({ resourceVersion }: StoredMeta) {
  return resourceVersion === undefined ? {} : { resourceVersion };
}

function pick<K extends keyof StoredMeta>(metadata: StoredMeta, ...names: readonly K[]): Partial<Pick<StoredMeta, K>> {
  const found: Partial<Pick<StoredMeta, K>> = {};
  for (const name of names) if (metadata[name] !== undefined) found[name] = metadata[name];
  return found;
}

/** A precondition that a patch may carry for an object that does not exist. */
export function uidMismatch(served: Served, name: string, uid: string): ApiError {
  const sentence = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
  const { status } = conflict(resourceNames(served), name, sentence);
  return new ApiError(
    failure(status.message ?? sentence, { reason: "Conflict", ...(status.details && { details: status.details }) }),
  );
}

/**
 * Writes the next version of an object as it is given, for orders of the server's own (a binding, a status it keeps): the object is
 * neither validated nor admitted, and nobody comes to own what changed. Undefined from `next` leaves it as it is.
 */
export async function rewriteObject(call: Call, next: (old: StoredObject) => StoredObject | undefined): Promise<Entry> {
  const { engine, served, info } = call;
  const place = placeOf(call);
  for (;;) {
    await engine.store.settled(place);
    const entry = engine.store.get(place);
    if (!entry) throw notFound(resourceNames(served), info.name ?? "");
    const object = next(objectOf(served, entry));
    if (!object) return entry;
    const written = engine.store.write(place, entry, (resourceVersion) => ({
      object: toStored(served, { ...object, metadata: { ...object.metadata, resourceVersion } }),
      deleted: isFinished(served, object),
      schemaAge: served.resource.schemaAge,
    }));
    if (!written) continue;
    try {
      return (await written).entry;
    } catch (error) {
      throw storeError(error);
    }
  }
}
