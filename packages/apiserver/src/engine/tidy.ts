import { canonicalQuantity, isQuantity, isValidQuantity, type SchemaNode } from "@peapod/api";
import { fieldOf, isObject } from "../apply/shape.ts";
import type { StoredObject } from "../store/entry.ts";

/** Optional texts of built-in kinds whose empty form means something else than their absence. */
const meaningfulWhenEmpty = new Set(["storageClassName"]);

/**
 * An object of one of Kubernetes' own kinds in the form the API shows it: without nulls and empty texts (many clients send both for
 * "nothing"), quantities in canonical form, times in UTC with whole seconds, or six decimals where the field has them.
 */
export function tidyBuiltIn(schema: SchemaNode, object: StoredObject): StoredObject {
  return tidyMetadata(tidyValue(schema, object, "") as StoredObject); // only optional parts went
}

/** Metadata without what clients send for "nothing". */
export function tidyMetadata(object: StoredObject): StoredObject {
  const kept = Object.entries(object.metadata).filter(
    ([name, value]) =>
      value !== null && value !== undefined && value !== "" && (name === "managedFields" || !isHollow(value)),
  );
  if (kept.length === Object.keys(object.metadata).length) return object;
  return { ...object, metadata: Object.fromEntries(kept) as unknown as StoredObject["metadata"] };
}

function tidyValue(schema: SchemaNode | undefined, value: unknown, name: string): unknown {
  if (schema === undefined || value === null || value === undefined) return value;
  if (typeof value === "string") return tidyText(schema, value);
  if (typeof value === "number") return isQuantity(schema) ? canonicalQuantity(value) : value;
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.filter((item) => item !== null).map((item) => tidyValue(items, item, name)) : value;
  }
  if (!isObject(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    const field = fieldOf(schema, key);
    if (!field?.schema) {
      result[key] = inner;
      continue;
    }
    if (inner === null && field.schema.type !== undefined) continue;
    const isOptionalText = inner === "" && field.named && !schema.required?.includes(key);
    if (isOptionalText && !meaningfulWhenEmpty.has(key)) continue;
    result[key] = tidyValue(field.schema, inner, key);
  }
  return result;
}

function tidyText(schema: SchemaNode, text: string): string {
  if (schema.format === "date-time") return tidyTime(text, schema.precision === "micros");
  return isQuantity(schema) && isValidQuantity(text) ? canonicalQuantity(text) : text;
}

const timeForm = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/;

/** RFC 3339 in UTC. What is no time is left for validation to refuse. */
function tidyTime(text: string, hasMicros: boolean): string {
  const [, seconds, fraction = "", zone = ""] = timeForm.exec(text) ?? [];
  if (seconds === undefined) return text;
  const time = Date.parse(`${seconds}${zone}`);
  if (Number.isNaN(time)) return text;
  const utc = new Date(time).toISOString().slice(0, 19);
  return hasMicros ? `${utc}.${fraction.slice(0, 6).padEnd(6, "0")}Z` : `${utc}Z`;
}

function isHollow(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}
