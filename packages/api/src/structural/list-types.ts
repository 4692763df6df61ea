import { deepEqual, isRecord, ownField } from "../deep-equal.ts";
import { childPath, duplicate, type Problem } from "../problem.ts";
import type { SchemaNode } from "../schema.ts";
import { effectiveSchema } from "./resource-schema.ts";

/** Items that occur twice in a `set`, or have the same keys in a `map`; a list that had such before is left alone. */
export function validateListTypes(given: SchemaNode, value: unknown, old: unknown, path: string): Problem[] {
  if (old !== undefined && deepEqual(value, old)) return [];
  const schema = effectiveSchema(given);
  if (Array.isArray(value)) {
    const { items } = schema;
    const own = findDuplicates(schema, value, path);
    const before = Array.isArray(old) ? findDuplicates(schema, old, path) : [];
    return [
      ...(before.length > 0 ? [] : own),
      ...(items
        ? value.flatMap((item, index) => validateListTypes(items, item, undefined, childPath(path, index)))
        : []),
    ];
  }
  if (!isRecord(value)) return [];
  const before = isRecord(old) ? old : {};
  return Object.entries(value).flatMap(([key, child]) => {
    const properties = schema.properties ?? {};
    const childSchema = Object.hasOwn(properties, key) ? properties[key] : schema.additionalProperties;
    return childSchema ? validateListTypes(childSchema, child, ownField(before, key), childPath(path, key)) : [];
  });
}

function findDuplicates(schema: SchemaNode, list: readonly unknown[], path: string): Problem[] {
  const listType = schema["x-kubernetes-list-type"];
  if (schema.keysRepeat) return [];
  if (listType !== "set" && listType !== "map") return [];
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const seen = new Set<string>();
  const problems: Problem[] = [];
  list.forEach((item, index) => {
    const identity = listType === "set" ? item : keysOf(schema, keys, item);
    const text = canonicalJson(identity);
    if (seen.has(text)) problems.push(duplicate(childPath(path, index), identity));
    seen.add(text);
  });
  return problems;
}

/** The keys that are there, or have a default. */
function keysOf(schema: SchemaNode, keys: readonly string[], item: unknown): { [key: string]: unknown } {
  const found: { [key: string]: unknown } = {};
  if (!isRecord(item)) return found;
  for (const key of [...keys].sort()) {
    const value = ownField(item, key) ?? schema.items?.properties?.[key]?.default;
    if (value !== undefined) found[key] = value;
  }
  return found;
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, child: unknown) =>
    isRecord(child) ? Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1))) : child,
  );
}
