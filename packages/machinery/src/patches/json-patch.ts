import { ApiError, failure } from "../errors/api-error.ts";
import { badRequest } from "../errors/refusals.ts";
import { getProperty, isJsonEqual, isObject, type Json } from "./json.ts";

/**
 * One step of a JSON Patch.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6902
 */
export type JsonPatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: Json }
  | { readonly op: "remove"; readonly path: string }
  | { readonly op: "move" | "copy"; readonly from: string; readonly path: string };

/** Why a patch does not apply; reaches clients only as the `cause` of the server's own sentence. */
export class JsonPatchError extends Error {
  override readonly name = "JsonPatchError";
}

const maxOperations = 10_000;

/**
 * The body of a patch request, checked.
 *
 * @throws {ApiError} BadRequest when it is no list, RequestEntityTooLarge beyond 10 000 operations, Invalid for a wrong operation
 */
export function parseJsonPatch(body: Json): readonly JsonPatchOperation[] {
  if (body === null) return [];
  if (!Array.isArray(body)) {
    const type = isObject(body) ? "object" : typeof body === "boolean" ? "bool" : typeof body;
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${type} into Go value of type []handlers.jsonPatchOp`,
    );
  }
  if (body.length > maxOperations) {
    const message = `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${body.length}`;
    throw new ApiError(failure(message, { reason: "RequestEntityTooLarge" }));
  }
  return refusing(() => body.map(parseOperation));
}

/**
 * Applies a patch without touching the document; parts that do not change are shared with it.
 *
 * @throws {ApiError} Invalid, in the one sentence that Kubernetes has for all failing patches; its cause says which operation
 */
export function applyJsonPatch(document: Json, operations: readonly JsonPatchOperation[]): Json {
  return refusing(() => operations.reduce(applyOperation, document));
}

function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof JsonPatchError)) throw cause;
    const message = "the server rejected our request due to an error in our request";
    throw new ApiError(failure(message, { reason: "Invalid", details: {} }), { cause });
  }
}

function parseOperation(operation: Json): JsonPatchOperation {
  if (!isObject(operation)) throw new JsonPatchError("an operation is no object");
  const { op, path } = operation;
  if (typeof path !== "string") throw new JsonPatchError(`operation ${JSON.stringify(op)} has no path`);
  switch (op) {
    case "add":
    case "replace":
    case "test":
      if (!Object.hasOwn(operation, "value")) throw new JsonPatchError(`${op} of "${path}" has no value`);
      return { op, path, value: operation["value"] };
    case "remove":
      return { op, path };
    case "move":
    case "copy": {
      const { from } = operation;
      if (typeof from !== "string") throw new JsonPatchError(`${op} to "${path}" does not say from where`);
      return { op, from, path };
    }
    default:
      throw new JsonPatchError(`unknown operation ${JSON.stringify(op)}`);
  }
}

function applyOperation(document: Json, operation: JsonPatchOperation): Json {
  const path = parsePointer(operation.path);
  switch (operation.op) {
    case "add":
      return edit(document, path, addTo(operation.value));
    case "remove":
      return edit(document, path, remove);
    case "replace":
      return edit(document, path, replaceWith(operation.value));
    case "test":
      return test(document, operation.path, operation.value);
    case "copy":
      return edit(document, path, addTo(read(document, operation.from)));
    case "move": {
      const value = read(document, operation.from);
      if (operation.path === operation.from) return document;
      if (operation.path.startsWith(`${operation.from}/`)) {
        throw new JsonPatchError(`"${operation.from}" cannot move into itself`);
      }
      return edit(edit(document, parsePointer(operation.from), remove), path, addTo(value));
    }
  }
}

/** A missing member equals null here, as in Kubernetes: patches test for "not there yet" that way. */
function test(document: Json, path: string, value: Json): Json {
  const pointer = parsePointer(path);
  const parent = pointer.slice(0, -1).reduce(child, document);
  const last = pointer.at(-1);
  const isMissing = last !== undefined && isObject(parent) && !Object.hasOwn(parent, last);
  const actual = isMissing ? null : read(document, path);
  if (!isJsonEqual(actual, value)) throw new JsonPatchError(`"${path}" is not what the patch expects`);
  return document;
}

/** Changes one container: `value` is what is at `key` now, undefined when nothing is. */
type Change = (container: Json, key: string) => Json;

/** Copies the containers on the way down to the last but one token, and lets `change` make the last container anew. */
function edit(document: Json, path: readonly string[], change: Change): Json {
  const [key, ...rest] = path;
  if (key === undefined) return change(rootMark, "");
  if (rest.length === 0) return change(document, key);
  const changed = edit(child(document, key), rest, change);
  if (Array.isArray(document)) return document.with(indexOf(document, key), changed);
  return { ...(document as object), [key]: changed };
}

/** Stands for "the whole document", whose container does not exist. */
const rootMark = Symbol("root");

const addTo =
  (value: Json): Change =>
  (container, key) => {
    if (container === rootMark) return value;
    if (Array.isArray(container)) {
      const index = key === "-" ? container.length : insertionIndex(container, key);
      return container.toSpliced(index, 0, value);
    }
    if (!isObject(container)) throw new JsonPatchError(`there is nothing to add "${key}" to`);
    return { ...container, [key]: value };
  };

const replaceWith =
  (value: Json): Change =>
  (container, key) => {
    if (container === rootMark) return value;
    child(container, key);
    if (Array.isArray(container)) return container.with(indexOf(container, key), value);
    return { ...(container as object), [key]: value };
  };

const remove: Change = (container, key) => {
  if (container === rootMark) throw new JsonPatchError("the whole document cannot be removed");
  child(container, key);
  if (Array.isArray(container)) return container.toSpliced(indexOf(container, key), 1);
  const { [key]: _, ...rest } = container as Record<string, Json>;
  return rest;
};

function read(document: Json, path: string): Json {
  return parsePointer(path).reduce(child, document);
}

function child(container: Json, key: string): Json {
  if (Array.isArray(container)) return container[indexOf(container, key)];
  const value = isObject(container) ? getProperty(container, key) : undefined;
  if (value === undefined) throw new JsonPatchError(`there is no "${key}"`);
  return value;
}

function parsePointer(pointer: string): readonly string[] {
  if (pointer === "") return [];
  if (!pointer.startsWith("/")) throw new JsonPatchError(`"${pointer}" is no JSON pointer: it must begin with "/"`);
  const tokens = pointer.slice(1).split("/");
  return tokens.map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function indexOf(array: readonly Json[], key: string): number {
  const index = parseIndex(key, array.length);
  if (index >= array.length) throw new JsonPatchError(`there is no item ${key}: the list has ${array.length}`);
  return index;
}

function insertionIndex(array: readonly Json[], key: string): number {
  const index = parseIndex(key, array.length + 1);
  if (index > array.length) throw new JsonPatchError(`there is no place ${key}: the list has ${array.length} items`);
  return index;
}

/** Negative indexes count from the end, as the library of the real server has it; leading zeros are refused. */
function parseIndex(key: string, length: number): number {
  if (!/^(0|-?[1-9][0-9]*)$/.test(key)) throw new JsonPatchError(`"${key}" is no index of a list`);
  const index = Number(key);
  if (index < -length) throw new JsonPatchError(`there is no item ${key}: the list is shorter`);
  return index < 0 ? length + index : index;
}
