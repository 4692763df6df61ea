import type { JsonValue, Kind, Problem } from "@peapod/api";
import { isObject } from "../apply/shape.ts";
import type { StoredObject } from "../store/entry.ts";

/** What must hold of the numbers that a kind's scale subresource reads. Paths begin with a dot, as upstream writes them. */
export function scaleProblems(kind: Kind, object: StoredObject): readonly Problem[] {
  const { scale } = kind.subresources ?? {};
  if (!scale) return [];
  return [scale.specReplicasPath, scale.statusReplicasPath].flatMap((path) => replicasProblems(path, object));
}

function replicasProblems(path: string, object: StoredObject): readonly Problem[] {
  const value = valueAt(object as unknown as JsonValue, path);
  if (value === undefined || value === null) return [];
  if (typeof value !== "number") {
    const shown = typeof value === "string" ? value : JSON.stringify(value);
    const sentence = `${path} accessor error: ${shown} is of the type ${goType(value)}, expected int64`;
    return [{ path, reason: "FieldValueInvalid", message: `Invalid value: 0: ${sentence}` }];
  }
  if (value >= 0) return [];
  return [{ path, reason: "FieldValueInvalid", message: `Invalid value: ${value}: should be a non-negative integer` }];
}

/** The value at a simple path such as `.spec.replicas`. */
export function valueAt(object: JsonValue, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = object;
  for (const step of stepsOf(path)) value = isObject(value) ? value[step] : undefined;
  return value;
}

/** The object with another value at a simple path, whose parents are made where they are missing. */
export function withValueAt(object: JsonValue, path: string, value: JsonValue): JsonValue {
  const [step, ...rest] = stepsOf(path);
  if (step === undefined) return value;
  const parent = isObject(object) ? object : {};
  return { ...parent, [step]: withValueAt(parent[step] ?? {}, rest.map((one) => `.${one}`).join(""), value) };
}

export function stepsOf(path: string): readonly string[] {
  return path.split(".").filter((step) => step !== "");
}

function goType(value: JsonValue): string {
  if (typeof value === "boolean") return "bool";
  if (Array.isArray(value)) return "[]interface {}";
  return typeof value === "string" ? "string" : "map[string]interface {}";
}
