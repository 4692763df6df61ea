import type { JsonValue, SchemaNode } from "@peapod/api";
import { printStep } from "./field-set.ts";
import { isObject, itemStep, shapeOf } from "./shape.ts";

/**
 * What keeps a manifest from being applied: fields that the schema does not know, keyed lists with missing or doubled keys, values
 * of another type. Sentences are those of Kubernetes.
 */
export function findTypeErrors(schema: SchemaNode | undefined, value: JsonValue, path = ""): readonly string[] {
  if (value === null) return [];
  const wrong = wrongType(schema, value);
  if (wrong !== undefined) return [`${path}: ${wrong}`];
  const shape = shapeOf(schema, value);
  const errors: string[] = [];
  if (isObject(value) && schema?.type === "object") {
    const declared = shape.as === "object" ? shape : shapeOf({ ...schema, "x-kubernetes-map-type": "granular" }, value);
    for (const [name, inner] of Object.entries(value)) {
      const at = `${path}.${name}`;
      const field = declared.as === "object" ? declared.field(name) : undefined;
      if (field) errors.push(...findTypeErrors(field.schema, inner, at));
      else errors.push(`${at}: field not declared in schema`);
    }
    return errors;
  }
  if (!Array.isArray(value)) return errors;
  const seen = new Set<string>();
  for (const [index, item] of (value as readonly JsonValue[]).entries()) {
    if (shape.as === "leaf" || shape.as === "object") {
      errors.push(...findTypeErrors(schema?.items, item, `${path}[${index}]`));
      continue;
    }
    const step = itemStep(shape, item);
    if (step === undefined) {
      errors.push(`${path}: element ${index}: ${missingKeys(shape.as === "keyed" ? shape.keys : [])}`);
      continue;
    }
    if (seen.has(step)) errors.push(`${path}: duplicate entries for key ${printStep(step)}`);
    seen.add(step);
    errors.push(...findTypeErrors(shape.items, item, `${path}${printStep(step)}`));
  }
  return errors;
}

/** Several errors on lines of their own, one as it is. */
export function joinTypeErrors(errors: readonly string[]): string {
  return errors.length === 1 ? (errors[0] ?? "") : `errors:\n${errors.map((error) => `  ${error}`).join("\n")}`;
}

function missingKeys(keys: readonly string[]): string {
  const names = keys.map((key) => JSON.stringify(key)).join(" ");
  return `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`;
}

function wrongType(schema: SchemaNode | undefined, value: JsonValue): string | undefined {
  if (!schema?.type || schema["x-kubernetes-int-or-string"]) return undefined;
  const found = Array.isArray(value) ? "list" : isObject(value) ? "map" : typeof value;
  switch (schema.type) {
    case "object":
      return found === "map" ? undefined : `expected map, got ${found}`;
    case "array":
      return found === "list" ? undefined : `expected list, got ${found}`;
    case "integer":
    case "number":
      return found === "number" ? undefined : `expected numeric (int or float), got ${found}`;
    default:
      return found === schema.type ? undefined : `expected ${schema.type}, got ${found}`;
  }
}
