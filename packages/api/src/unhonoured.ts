import { deepEqual, isRecord } from "./deep-equal.ts";
import { childPath, type Problem } from "./problem.ts";
import type { SchemaNode } from "./schema.ts";

/**
 * The fields of a manifest that ask for something Peapod cannot do yet: nothing that a user writes is silently left out. A field that
 * asks for nothing (empty, false, its default) passes.
 */
export function findUnhonoured(schema: SchemaNode, value: unknown, path = ""): Problem[] {
  if (schema.honoured === false) return asks(schema, value) ? [refusal(schema, value, path)] : [];
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.flatMap((item, index) => findUnhonoured(items, item, childPath(path, index))) : [];
  }
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const properties = schema.properties ?? {};
    const childSchema = Object.hasOwn(properties, key) ? properties[key] : schema.additionalProperties;
    return childSchema ? findUnhonoured(childSchema, child, childPath(path, key)) : [];
  });
}

function refusal(schema: SchemaNode, value: unknown, path: string): Problem {
  const asked = typeof value === "string" && schema.honouredValues ? `${path} ${JSON.stringify(value)}` : path;
  return {
    path,
    reason: "FieldValueNotSupported",
    message: `${asked} cannot be honoured: ${schema.because ?? "Peapod does not know how to do this yet"}`,
  };
}

/** Whether a value asks for anything at all. */
function asks(schema: SchemaNode, value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  if (schema.honouredValues) return !schema.honouredValues.some((honoured) => deepEqual(honoured, value));
  if (value === false || value === 0 || deepEqual(value, schema.default)) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (!isRecord(value)) return true;
  if (value["enabled"] === false) return false;
  if (schema.presence) return true;
  return Object.entries(value).some(([key, child]) => asks(schema.properties?.[key] ?? {}, child));
}
