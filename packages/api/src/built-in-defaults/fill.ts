import { isRecord } from "../deep-equal.ts";
import type { JsonValue } from "../schema.ts";

export type Json = { readonly [key: string]: unknown };

/** Values for absent fields, by path: `spec.containers[].imagePullPolicy`. */
export type Defaults = { readonly [path: string]: JsonValue };

/** Fills in absent fields of objects that are there; what is there, and what is not of the expected shape, stays as it is. */
export function fill(object: Json, defaults: Defaults): Json {
  let result = object;
  for (const [path, value] of Object.entries(defaults)) {
    const steps = path.split(".");
    const field = steps.pop() ?? "";
    result = changeAll(result, steps, (parent) =>
      parent[field] === undefined ? { ...parent, [field]: value } : parent,
    );
  }
  return result;
}

/** Changes every object at a path: `["spec", "containers[]"]`. Objects on the way are copied only when something below changed. */
export function changeAll(object: Json, steps: readonly string[], change: (found: Json) => Json): Json {
  const [step, ...rest] = steps;
  if (step === undefined) return change(object);
  const isList = step.endsWith("[]");
  const key = isList ? step.slice(0, -2) : step;
  const child = object[key];
  if (isList) {
    if (!Array.isArray(child)) return object;
    const changed = child.map((item: unknown) => (isRecord(item) ? changeAll(item, rest, change) : item));
    return changed.some((item, index) => item !== child[index]) ? { ...object, [key]: changed } : object;
  }
  if (!isRecord(child)) return object;
  const changed = changeAll(child, rest, change);
  return changed === child ? object : { ...object, [key]: changed };
}
