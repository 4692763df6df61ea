import { isRecord } from "../deep-equal.ts";
import { childPath } from "../problem.ts";
import type { SchemaNode } from "../schema.ts";
import { effectiveSchema } from "./resource-schema.ts";

/** The value without the fields that its schema does not know. Parts without any are returned as they are, not copied. */
export function prune<T>(schema: SchemaNode, value: T): T {
  return walk(schema, value, "", []) as T; // removes unknown fields only: whatever T knows is still there
}

/** Paths of the fields that `prune` would remove, in document order: `spec.bogus`, `spec.ports[0].zz`. */
export function findUnknownFields(schema: SchemaNode, value: unknown): string[] {
  const unknown: string[] = [];
  walk(schema, value, "", unknown);
  return unknown;
}

function walk(given: SchemaNode, value: unknown, path: string, unknown: string[]): unknown {
  const schema = effectiveSchema(given);
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? mapSame(value, (item, index) => walk(items, item, childPath(path, index), unknown)) : value;
  }
  if (!isRecord(value)) return value;
  if (keepsEverything(schema)) return value;
  let changed = false;
  const kept: [key: string, value: unknown][] = [];
  for (const [key, child] of Object.entries(value)) {
    const childSchema = ownProperty(schema.properties, key) ?? schema.additionalProperties;
    if (childSchema) {
      const walked = walk(childSchema, child, childPath(path, key), unknown);
      changed ||= walked !== child;
      kept.push([key, walked]);
    } else if (schema["x-kubernetes-preserve-unknown-fields"]) {
      kept.push([key, child]);
    } else {
      unknown.push(childPath(path, key));
      changed = true;
    }
  }
  return changed ? Object.fromEntries(kept) : value;
}

function keepsEverything(schema: SchemaNode): boolean {
  return schema["x-kubernetes-preserve-unknown-fields"] === true && !schema.properties && !schema.additionalProperties;
}

/** `constructor` and its like are no properties of a schema. */
function ownProperty(properties: SchemaNode["properties"], key: string): SchemaNode | undefined {
  return properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
}

/** As `map`, but the same array when no item changed. */
function mapSame(items: readonly unknown[], change: (item: unknown, index: number) => unknown): readonly unknown[] {
  const mapped = items.map(change);
  return mapped.some((item, index) => item !== items[index]) ? mapped : items;
}
