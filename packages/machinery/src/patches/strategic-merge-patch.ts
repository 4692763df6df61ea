import type { SchemaNode } from "@peapod/api";
import { badRequest } from "../errors/refusals.ts";
import { getProperty, isJsonEqual, isObject, type Json, type JsonObject } from "./json.ts";
import { orderItems } from "./order-items.ts";

/**
 * Applies a strategic merge patch, the kind that knows from the schema which lists are keyed: `x-kubernetes-patch-strategy` and
 * `x-kubernetes-patch-merge-key`, or else a list type `map` or `set`. The target is not modified.
 *
 * @throws {ApiError} BadRequest when a directive or a list item cannot be understood
 * @see https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */
export function applyStrategicMergePatch(target: JsonObject, patch: JsonObject, schema: SchemaNode): JsonObject {
  return mergeObject(target, patch, schema);
}

const directive = "$patch";
const retainKeys = "$retainKeys";
const deleteItems = "$deleteFromPrimitiveList/";
const elementOrder = "$setElementOrder/";

function mergeObject(target: JsonObject, patch: JsonObject, schema: SchemaNode | undefined): JsonObject {
  const order = patch[directive];
  if (order === "delete") return {};
  if (order === "replace") return withoutDirectives(patch);
  if (order !== undefined && order !== "merge") {
    throw badRequest(`Unknown patch type found: ${JSON.stringify(order)}`);
  }
  const result = keepOnly(target, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith("$")) continue;
    if (value === null) delete result[key];
    else if (value !== undefined) result[key] = mergeValue(result[key], value, property(schema, key));
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(deleteItems)) removeItems(result, key.slice(deleteItems.length), value);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (!key.startsWith(elementOrder)) continue;
    const name = key.slice(elementOrder.length);
    arrange(result, name, value, target[name], listKey(property(schema, name)));
  }
  return result;
}

function mergeValue(target: Json, patch: Json, schema: SchemaNode | undefined): Json {
  if (isObject(patch)) {
    const isReplaced = strategies(schema).includes("replace");
    return mergeObject(isObject(target) && !isReplaced ? target : {}, patch, schema);
  }
  if (!Array.isArray(patch)) return patch;
  const key = listKey(schema);
  if (key === undefined) return patch.map((item) => (isObject(item) ? withoutDirectives(item) : item));
  const list = Array.isArray(target) ? target : [];
  return key === "" ? mergeSet(list, patch) : mergeKeyedList(list, patch, key, schema?.items);
}

/** Items new to the list come before those that only the server knows; that is upstream's order. */
function mergeSet(target: readonly Json[], patch: readonly Json[]): readonly Json[] {
  const isPatched = (item: Json) => patch.some((other) => isJsonEqual(other, item));
  const kept = target.filter((item) => !isPatched(item));
  const unique = patch.filter((item, index) => patch.findIndex((other) => isJsonEqual(other, item)) === index);
  return orderItems({ wanted: unique, others: kept, wantedOrder: patch, otherOrder: target, isSame: isJsonEqual });
}

function mergeKeyedList(
  target: readonly Json[],
  patch: readonly Json[],
  key: string,
  schema: SchemaNode | undefined,
): readonly Json[] {
  const items = patch.map((item) => requireObject(item, key));
  const plain = items.filter((item) => item[directive] === undefined || item[directive] === "merge");
  if (items.some((item) => item[directive] === "replace")) return plain.map(withoutDirectives);
  const isSame = (a: Json, b: Json) => isObject(a) && isObject(b) && isJsonEqual(a[key], b[key]);
  let list = [...target];
  for (const item of items) {
    if (getProperty(item, key) === undefined) throw noMergeKey(item, key);
    const order = item[directive];
    if (order === "delete") list = list.filter((other) => !isSame(other, item));
    else if (order !== undefined && order !== "merge") {
      throw badRequest(`Unknown patch type found: ${JSON.stringify(order)}`);
    }
  }
  const merged: Json[] = [];
  for (const item of plain) {
    const at = merged.findIndex((other) => isSame(other, item));
    const before = at >= 0 ? merged[at] : list.find((other) => isSame(other, item));
    const after = mergeObject(isObject(before) ? before : {}, item, schema);
    if (at >= 0) merged[at] = after;
    else merged.push(after);
  }
  const others = list.filter((item) => !merged.some((other) => isSame(other, item)));
  return orderItems({ wanted: merged, others, wantedOrder: plain, otherOrder: list, isSame });
}

/** `$retainKeys` names every key that may stay; unions such as a volume's source rely on it. */
function keepOnly(target: JsonObject, patch: JsonObject): Record<string, Json> {
  const keep = patch[retainKeys];
  if (keep === undefined) return { ...target };
  if (!Array.isArray(keep)) throw badRequest("invalid patch format of retainKeys");
  const strangers = Object.keys(patch).filter(
    (key) => !key.startsWith("$") && patch[key] !== null && !keep.includes(key),
  );
  if (strangers.length > 0) {
    throw badRequest(`invalid patch format of retainKeys: "${strangers.join('", "')}" is set and not retained`);
  }
  return Object.fromEntries(Object.entries(target).filter(([key]) => keep.includes(key)));
}

function removeItems(result: Record<string, Json>, name: string, items: Json): void {
  if (!Array.isArray(items)) throw badRequest("invalid patch format of primitive list");
  const list = result[name];
  if (Array.isArray(list)) result[name] = list.filter((item) => !items.some((other) => isJsonEqual(other, item)));
}

function arrange(result: Record<string, Json>, name: string, order: Json, before: Json, key: string | undefined): void {
  if (!Array.isArray(order)) throw badRequest("invalid patch format of setElementOrder list");
  const list = result[name];
  if (!Array.isArray(list)) return;
  const isSame = (a: Json, b: Json) =>
    isObject(a) && isObject(b) && key ? isJsonEqual(a[key], b[key]) : isJsonEqual(a, b);
  const isWanted = (item: Json) => order.some((other) => isSame(other, item));
  result[name] = orderItems({
    wanted: list.filter(isWanted),
    others: list.filter((item) => !isWanted(item)),
    wantedOrder: order,
    otherOrder: Array.isArray(before) ? before : [],
    isSame,
  });
}

/** The key that items are told apart by; `""` for lists of plain values, undefined where a list is replaced as a whole. */
function listKey(schema: SchemaNode | undefined): string | undefined {
  const mergeKey = schema?.["x-kubernetes-patch-merge-key"];
  const declared = strategies(schema);
  if (declared.length > 0) return declared.includes("merge") ? (mergeKey ?? "") : undefined;
  if (schema?.["x-kubernetes-list-type"] === "set") return "";
  return schema?.["x-kubernetes-list-type"] === "map" ? schema["x-kubernetes-list-map-keys"]?.[0] : undefined;
}

function strategies(schema: SchemaNode | undefined): readonly string[] {
  return schema?.["x-kubernetes-patch-strategy"]?.split(",") ?? [];
}

function property(schema: SchemaNode | undefined, name: string): SchemaNode | undefined {
  const { properties, additionalProperties } = schema ?? {};
  return properties && Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
}

function requireObject(item: Json, key: string): JsonObject {
  if (isObject(item)) return item;
  throw badRequest(`a list keyed by "${key}" holds ${JSON.stringify(item)}, which is no object`);
}

function noMergeKey(item: JsonObject, key: string) {
  return badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
}

/** A value that stands where nothing was: what is left once its directives and nulls are gone. */
function withoutDirectives(value: JsonObject): JsonObject {
  const entries = Object.entries(value).filter(([key, inner]) => !key.startsWith("$") && inner !== null);
  return Object.fromEntries(entries.map(([key, inner]) => [key, isObject(inner) ? withoutDirectives(inner) : inner]));
}
