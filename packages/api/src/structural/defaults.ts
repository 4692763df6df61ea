import { isRecord, ownField } from "../deep-equal.ts";
import type { SchemaNode } from "../schema.ts";
import { effectiveSchema } from "./resource-schema.ts";

/**
 * Fills in what the schema's `default` words say, in objects that are there: a default inside `spec.x` needs a `spec.x`. A null that the
 * schema does not allow counts as absent. The value is not modified; parts without a change are shared with it.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting-and-nullable
 */
export function applyDefaults<T>(schema: SchemaNode, value: T): T {
  return walk(schema, value) as T; // adds optional fields only
}

function walk(given: SchemaNode, value: unknown): unknown {
  const schema = effectiveSchema(given);
  if (Array.isArray(value)) return walkItems(schema, value);
  if (!isRecord(value)) return value;
  const changes = new Map<string, unknown>();
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const before = ownField(value, key);
    const child = walkChild(property, before);
    if (child !== before) changes.set(key, child);
  }
  if (schema.additionalProperties) {
    for (const [key, before] of Object.entries(value)) {
      if (schema.properties && Object.hasOwn(schema.properties, key)) continue;
      const child = walkChild(schema.additionalProperties, before);
      if (child !== before) changes.set(key, child);
    }
  }
  if (changes.size === 0) return value;
  // Entries, not assignments: a document may have a key `__proto__`. An absent key, unlike an undefined one, is not printed.
  const entries = new Map([...Object.entries(value), ...changes]);
  return Object.fromEntries([...entries].filter(([, child]) => child !== undefined));
}

function walkItems(schema: SchemaNode, value: readonly unknown[]): readonly unknown[] {
  const { items } = schema;
  if (!items) return value;
  const walked = value.map((item) => (item === null && !items.nullable ? (items.default ?? null) : walk(items, item)));
  return walked.some((item, index) => item !== value[index]) ? walked : value;
}

function walkChild(schema: SchemaNode, value: unknown): unknown {
  const present = value === null && !schema.nullable ? undefined : value;
  const filled = present === undefined ? schema.default : present;
  return filled === undefined ? undefined : walk(schema, filled);
}
