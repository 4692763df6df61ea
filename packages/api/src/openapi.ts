import { describeField } from "./field-table/describe-field.ts";
import type { SchemaNode } from "./schema.ts";

/** Keys of ours, and those that only Kubernetes' own kinds use: a CRD's schema may not have them. */
const ownKeys = new Set(["honoured", "because", "honouredValues", "presence", "wire", "precision", "keysRepeat"]);
const builtInKeys = new Set(["x-kubernetes-patch-strategy", "x-kubernetes-patch-merge-key"]);

const rendered = { crd: new WeakMap<SchemaNode, SchemaNode>(), published: new WeakMap<SchemaNode, SchemaNode>() };

/**
 * A schema as others may see it, without the keys that are ours alone; that a field is not honoured goes into its description.
 *
 * @param use  `crd`: an `openAPIV3Schema`, which knows no patch strategies; `published`: for OpenAPI documents
 * @returns shared subtrees come out as shared subtrees; do not modify it
 */
export function toOpenApi(schema: SchemaNode, use: "crd" | "published" = "published"): SchemaNode {
  const known = rendered[use].get(schema);
  if (known) return known;
  const described = schema.honoured === false ? { ...schema, description: describeField(schema) } : schema;
  const plain = Object.fromEntries(
    Object.entries(described)
      .filter(([key]) => !ownKeys.has(key) && !(use === "crd" && builtInKeys.has(key)))
      .map(([key, value]) => [key, renderKey(key, value, use)]),
  );
  rendered[use].set(schema, plain);
  return plain;
}

function renderKey(key: string, value: unknown, use: "crd" | "published"): unknown {
  switch (key) {
    case "properties":
      return Object.fromEntries(
        Object.entries(value as Record<string, SchemaNode>).map(([name, property]) => [name, toOpenApi(property, use)]),
      );
    case "items":
    case "additionalProperties":
    case "not":
      // A CRD may say `additionalProperties: true`.
      return typeof value === "object" ? toOpenApi(value as SchemaNode, use) : value;
    case "allOf":
    case "anyOf":
    case "oneOf":
      return (value as readonly SchemaNode[]).map((branch) => toOpenApi(branch, use));
    default:
      return value;
  }
}
