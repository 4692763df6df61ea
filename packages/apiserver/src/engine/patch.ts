import type { JsonValue } from "@peapod/api";
import { findUnknownFields } from "@peapod/api";
import {
  ApiError,
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  badRequest,
  failure,
  notFound,
  parseJsonPatch,
  unsupportedMediaType,
} from "@peapod/machinery";
import { isObject } from "../apply/shape.ts";
import { patchType } from "../front/index.ts";
import { schemaOf } from "../registry/resource.ts";
import { findDuplicateFields } from "../request/duplicate-fields.ts";
import { jsonError } from "../request/json-error.ts";
import { readBody } from "../request/read-body.ts";
import { readWriteOptions, type WriteOptions } from "../request/write-options.ts";
import type { StoredObject } from "../store/entry.ts";
import { applyObject } from "./apply.ts";
import { type Call, resourceNames } from "./call.ts";
import { answerWritten } from "./create.ts";
import { placeOf } from "./read.ts";
import { changeObject, checkName, checkVersion, uidMismatch } from "./update.ts";

export const patchTypes = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
} as const;

export async function patchObject(call: Call): Promise<Response> {
  const { request, query, info, served, engine } = call;
  const type = patchType(request.headers.get("content-type"));
  const isApply = type === patchTypes.apply;
  const options = readWriteOptions(query, "PatchOptions", {
    userAgent: request.headers.get("user-agent"),
    isApply,
  });
  if (isApply) return applyObject(call, options, await readBody(request));
  const patch = readPatch(call, type, options, await readBody(request));
  if (!engine.store.get(placeOf(call))) {
    const uid = uidIn(patch.value);
    if (uid !== undefined) throw uidMismatch(served, info.name ?? "", uid);
    throw notFound(resourceNames(served), info.name ?? "");
  }
  const written = await changeObject(call, options, (old, entry) => {
    const patched = patch.apply(old);
    if (!isObject(patched)) throw badRequest("the patch makes no object of it");
    const object = asObject(patched, old);
    refuseUnknown(call, options, object, patched);
    checkName(object, old.metadata.name);
    checkNamespace(object, old);
    if (object.metadata.resourceVersion) checkVersion(call, object, entry);
    return { object };
  });
  return answerWritten(call, written, 200);
}

interface ReadPatch {
  readonly value: unknown;
  readonly apply: (old: StoredObject) => unknown;
}

/** @throws {ApiError} UnsupportedMediaType listing what the kind takes; BadRequest for a body that is no patch */
export function readPatch(call: Call, type: string, options: WriteOptions, body: Uint8Array): ReadPatch {
  const { served } = call;
  const { isCustom } = served.resource;
  const offered = [patchTypes.json, patchTypes.merge, ...(isCustom ? [] : [patchTypes.strategic]), patchTypes.apply];
  if (!offered.some((one) => one === type)) throw unsupportedMediaType(offered);
  const value = parsePatch(call, options, body);
  if (type === patchTypes.json) {
    const operations = parseJsonPatch(value);
    return { value, apply: (old) => applyJsonPatch(old, operations) };
  }
  if (!isObject(value)) {
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${goType(value)} into Go value of type map[string]interface {}`,
    );
  }
  if (type === patchTypes.merge) return { value, apply: (old) => applyMergePatch(old, value) };
  return { value, apply: (old) => applyStrategicMergePatch(old, value, schemaOf(served)) };
}

function parsePatch(call: Call, options: WriteOptions, body: Uint8Array): unknown {
  const text = new TextDecoder().decode(body);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest(`error decoding patch: ${jsonError(text) ?? "invalid JSON"}`);
  }
  if (options.fieldValidation === "Ignore") return value;
  const duplicates = findDuplicateFields(text).map((path) => `duplicate field ${JSON.stringify(path)}`);
  if (duplicates.length > 0 && options.fieldValidation === "Strict") {
    throw badRequest(`error decoding patch: ${duplicates.join(", ")}`);
  }
  call.warnings.push(...duplicates);
  return value;
}

/** A patched object still is one: what every object has and a patch may have taken is given back. */
function asObject(patched: { readonly [key: string]: JsonValue }, old: StoredObject): StoredObject {
  const metadata = isObject(patched["metadata"]) ? patched["metadata"] : {};
  return {
    ...patched,
    apiVersion: old.apiVersion,
    kind: old.kind,
    metadata: { ...metadata, name: metadata["name"] ?? old.metadata.name },
  } as unknown as StoredObject;
}

function refuseUnknown(call: Call, options: WriteOptions, object: StoredObject, patched: object): void {
  if (options.fieldValidation === "Ignore") return;
  const unknown = findUnknownFields(schemaOf(call.served), object).map(
    (path) => `unknown field ${JSON.stringify(path)}`,
  );
  if (unknown.length === 0) return;
  if (options.fieldValidation === "Warn") {
    call.warnings.push(...unknown);
    return;
  }
  const value = JSON.stringify(JSON.stringify(sortKeys(patched)));
  const message = `Invalid value: ${value}: strict decoding error: ${unknown.join(", ")}`;
  const causes = [{ reason: "FieldValueInvalid", message, field: "patch" }];
  throw new ApiError(failure(` "" is invalid: patch: ${message}`, { reason: "Invalid", details: { causes } }));
}

function checkNamespace(object: StoredObject, old: StoredObject): void {
  const { namespace } = object.metadata;
  if (!namespace || namespace === old.metadata.namespace) return;
  throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
}

function uidIn(patch: unknown): string | undefined {
  if (!isObject(patch) || !isObject(patch["metadata"])) return undefined;
  const { uid } = patch["metadata"];
  return typeof uid === "string" && uid !== "" ? uid : undefined;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sortKeys(value[key])]),
  );
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return value === null ? "null" : typeof value === "boolean" ? "bool" : typeof value;
}
