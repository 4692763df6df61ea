import { getProperty, isJsonEqual, isObject, type Json, type JsonObject } from "./json.ts";

/**
 * Applies a merge patch without touching the target: null removes, objects merge, everything else replaces.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7386
 */
export function applyMergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (value !== undefined) define(result, key, applyMergePatch(getProperty(result, key), value));
  }
  return result;
}

/**
 * The smallest merge patch that turns `from` into `to`; undefined when they are equal.
 *
 * A null inside `to` cannot be expressed (it would remove) and comes out as a removal.
 */
export function createMergePatch(from: Json, to: Json): Json {
  if (isJsonEqual(from, to)) return undefined;
  if (!isObject(from) || !isObject(to)) return to;
  const patch: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [before, after] = [getProperty(from, key), getProperty(to, key)];
    if (after === undefined) {
      if (before !== undefined) define(patch, key, null);
    } else if (!isJsonEqual(before, after)) {
      define(patch, key, isObject(before) && isObject(after) ? createMergePatch(before, after) : after);
    }
  }
  return patch satisfies JsonObject;
}

/** Plain assignment would make a prototype of a property named `__proto__`. */
function define(object: Record<string, Json>, key: string, value: Json): void {
  if (key === "__proto__")
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}
