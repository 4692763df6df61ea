import { deepEqual, type JsonValue } from "@peapod/api";
import { badRequest, conflict, formatError, parseYaml, withoutReason, YamlError } from "@peapod/machinery";
import { applyManifest } from "../apply/apply.ts";
import { findTypeErrors, joinTypeErrors } from "../apply/check.ts";
import { conflictError, withoutFields } from "../apply/conflicts.ts";
import { emptySet, type FieldSet } from "../apply/field-set.ts";
import { decodeOwners } from "../apply/owners.ts";
import { isObject } from "../apply/shape.ts";
import { fieldsOf } from "../apply/typed.ts";
import { schemaOf } from "../registry/resource.ts";
import type { WriteOptions } from "../request/write-options.ts";
import type { StoredObject } from "../store/entry.ts";
import { type Call, resourceNames } from "./call.ts";
import { answerWritten, checkPlace, createFrom } from "./create.ts";
import { asJson, writerOf } from "./ownership.ts";
import { placeOf } from "./read.ts";
import { changeObject, checkName, checkVersion, type Proposal } from "./update.ts";

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";
const maxAnnotationBytes = 262_144;

/** Server-side apply: PATCH with a manifest. Makes the object where there is none. */
export async function applyObject(call: Call, options: WriteOptions, body: Uint8Array): Promise<Response> {
  const { engine, served, info } = call;
  const manifest = readManifest(call, options, body);
  const place = placeOf(call);
  await engine.store.settled(place);
  if (!engine.store.get(place) && info.subresource === undefined) {
    const writer = writerOf(call, options.fieldManager, manifest);
    const { owners } = applyManifest(schemaOf(served), undefined, asJson(manifest), [], writer);
    if (manifest.metadata.uid) throw conflict(resourceNames(served), manifest.metadata.name);
    return answerWritten(call, await createFrom(call, options, manifest, served, owners), 201);
  }
  const written = await changeObject(call, options, (old, entry) => {
    if (manifest.metadata.resourceVersion) checkVersion(call, manifest, entry);
    return merged(call, options, manifest, old);
  });
  return answerWritten(call, written, 200);
}

function merged(call: Call, options: WriteOptions, manifest: StoredObject, old: StoredObject): Proposal {
  const { served } = call;
  const { managedFields, ...metadata } = old.metadata;
  const live = asJson({ ...old, metadata });
  const writer = writerOf(call, options.fieldManager, manifest);
  // Whoever made an object without being recorded owned it before this apply.
  const owners = decodeOwners(managedFields) ?? [];
  const applied = applyManifest(schemaOf(served), live, asJson(manifest), owners, writer);
  const conflicts = withoutFields(applied.conflicts, ownApplied(call, options, old));
  if (conflicts.length > 0 && !options.force) throw conflictError(conflicts);
  const object = applied.object as unknown as StoredObject; // merging keeps what every object has
  const isSame = deepEqual(applied.object, live);
  return { object: isSame ? old : updateLastApplied(options, object, manifest), owners: applied.owners };
}

/**
 * Someone who goes over from `kubectl apply` to `kubectl apply --server-side` is not in conflict with himself: fields that his last
 * client-side apply wrote down do not count.
 */
function ownApplied({ served }: Call, options: WriteOptions, old: StoredObject): FieldSet {
  const text = old.metadata.annotations?.[lastApplied];
  if (options.fieldManager !== "kubectl" || text === undefined) return emptySet;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? fieldsOf(schemaOf(served), value) : emptySet;
  } catch {
    return emptySet; // somebody else's annotation
  }
}

/** kubectl's annotation goes along, so that going back to client-side apply works too. */
function updateLastApplied(options: WriteOptions, object: StoredObject, manifest: StoredObject): StoredObject {
  const { annotations } = object.metadata;
  if (options.fieldManager !== "kubectl" || annotations?.[lastApplied] === undefined) return object;
  const { [lastApplied]: _, ...others } = manifest.metadata.annotations ?? {};
  const { annotations: __, ...metadata } = manifest.metadata;
  const plain = { ...manifest, metadata: { ...metadata, annotations: others } };
  const text = `${JSON.stringify(plain)}\n`;
  const { [lastApplied]: ___, ...kept } = annotations;
  const next = Buffer.byteLength(text) > maxAnnotationBytes ? kept : { ...kept, [lastApplied]: text };
  return { ...object, metadata: { ...object.metadata, annotations: next } };
}

/** @throws {ApiError} in the sentences of Kubernetes */
function readManifest(call: Call, options: WriteOptions, body: Uint8Array): StoredObject {
  const { served, info } = call;
  const value = parseManifest(options, body);
  if (!isObject(value)) throw badRequest("error decoding YAML: the manifest is no object");
  const { apiVersion, kind } = value;
  const type = `${String(apiVersion ?? "")}, Kind=${String(kind ?? "")}`;
  if (apiVersion !== served.version.apiVersion || kind !== served.resource.kind) {
    throw badRequest(`invalid object type: ${type.includes("/") ? type : `/${type}`}`);
  }
  const metadata = isObject(value["metadata"]) ? value["metadata"] : {};
  if (metadata["managedFields"] !== undefined && metadata["managedFields"] !== null) {
    throw badRequest("metadata.managedFields must be nil");
  }
  const name = info.name ?? "";
  // The schema's check comes next; name and namespace are the path's.
  const manifest = {
    ...withoutNulls(value),
    metadata: { ...withoutNulls(metadata), name: metadata["name"] ?? name },
  } as unknown as StoredObject;
  checkName(manifest, name);
  checkPlace(call, manifest);
  const errors = findTypeErrors(schemaOf(served), asJson(manifest));
  if (errors.length > 0) {
    const place = `${manifest.metadata.namespace ?? ""}/${name}`;
    const full = type.includes("/") ? type : `/${type}`;
    throw withoutReason(500, `failed to create typed patch object (${place}; ${full}): ${joinTypeErrors(errors)}`);
  }
  return manifest;
}

function parseManifest(options: WriteOptions, body: Uint8Array): unknown {
  const text = new TextDecoder().decode(body);
  try {
    // Most clients send JSON, which YAML includes but reads more slowly.
    return JSON.parse(text);
  } catch {
    try {
      return parseYaml(text, { duplicates: options.fieldValidation === "Strict" ? "refuse" : "last" });
    } catch (error) {
      if (!(error instanceof YamlError)) throw error;
      throw badRequest(`error decoding YAML: error converting YAML to JSON: ${inGoWords(formatError(error))}`);
    }
  }
}

/** The commonest mistake has words of its own in Go's reader, and no line where it is the first. */
function inGoWords(message: string): string {
  return message
    .replace("bad indentation of a mapping entry", "mapping values are not allowed in this context")
    .replace(/^yaml: line 1: /, "yaml: ");
}

/** A null says nothing of who owns a field. */
function withoutNulls(value: { readonly [key: string]: JsonValue }): { readonly [key: string]: JsonValue } {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null));
}
