import { type JsonValue, ManagedFieldsEntry, ObjectMeta, OwnerReference, type SchemaNode } from "@peapod/api";
import { metaNames } from "./names.ts";

/** An OpenAPI schema, of version 2 or 3, as it is sent. */
export type OpenApiSchema = { readonly [key: string]: JsonValue };

export type OpenApiVersion = 2 | 3;

/**
 * Our schema as a client reads it. Version 2 cannot say `nullable` or `anyOf`; and kubectl 1.20 validates by it, so that what takes
 * several types (quantities, ports, free objects) loses its type and is let through.
 */
export function renderSchema(node: SchemaNode, version: OpenApiVersion): OpenApiSchema {
  return version === 2 ? renderSwagger(node, 0, true) : renderOpenApi3(node, 0, true);
}

/** A reference as the version wants it: beside other words only `allOf` may hold one in version 3. */
export function reference(name: string, version: OpenApiVersion, description?: string): OpenApiSchema {
  const words = description === undefined ? {} : { description };
  if (version === 2) return { ...words, $ref: `#/definitions/${name}` };
  return { ...words, default: {}, allOf: [{ $ref: `#/components/schemas/${name}` }] };
}

/** Deeper than any kind but the schema of schemas, which contains itself. */
const maxDepth = 40;

function renderSwagger(node: SchemaNode, depth: number, isRoot = false): OpenApiSchema {
  const shared = isRoot ? undefined : sharedName(node);
  if (shared) return reference(shared, 2, node.description);
  const isFree = node["x-kubernetes-preserve-unknown-fields"] === true || depth > maxDepth;
  const isEither = node["x-kubernetes-int-or-string"] === true;
  return compact({
    ...common(node),
    type: isFree || isEither ? undefined : node.type,
    // A pattern stands for strings only; with the type gone it would not be understood.
    pattern: isEither ? undefined : node.pattern,
    properties: isFree ? undefined : mapValues(node.properties, (property) => renderSwagger(property, depth + 1)),
    items: isFree ? undefined : node.items && renderSwagger(node.items, depth + 1),
    additionalProperties: node.additionalProperties && renderSwagger(node.additionalProperties, depth + 1),
  });
}

function renderOpenApi3(node: SchemaNode, depth: number, isRoot = false): OpenApiSchema {
  const shared = isRoot ? undefined : sharedName(node);
  if (shared) return reference(shared, 3, node.description);
  if (depth > maxDepth) return compact({ description: node.description, type: "object" });
  const isEither = node["x-kubernetes-int-or-string"] === true;
  return compact({
    ...common(node),
    type: node.type,
    nullable: node.nullable,
    pattern: isEither ? undefined : node.pattern,
    "x-kubernetes-validations": node["x-kubernetes-validations"],
    properties: mapValues(node.properties, (property) => renderOpenApi3(property, depth + 1)),
    items: node.items && renderOpenApi3(node.items, depth + 1),
    additionalProperties: node.additionalProperties && renderOpenApi3(node.additionalProperties, depth + 1),
  });
}

function common(node: SchemaNode) {
  const { description, format, required, minimum, maximum, minLength, maxLength, minItems, maxItems } = node;
  return {
    description,
    format: node["x-kubernetes-int-or-string"] ? undefined : format,
    default: node.default,
    enum: node.enum,
    minimum,
    maximum,
    minLength,
    maxLength,
    minItems,
    maxItems,
    required: required && required.length > 0 ? required : undefined,
    "x-kubernetes-int-or-string": node["x-kubernetes-int-or-string"],
    "x-kubernetes-preserve-unknown-fields": node["x-kubernetes-preserve-unknown-fields"],
    "x-kubernetes-embedded-resource": node["x-kubernetes-embedded-resource"],
    "x-kubernetes-list-type": node["x-kubernetes-list-type"],
    "x-kubernetes-list-map-keys": node["x-kubernetes-list-map-keys"],
    "x-kubernetes-map-type": node["x-kubernetes-map-type"],
    "x-kubernetes-patch-strategy": node["x-kubernetes-patch-strategy"],
    "x-kubernetes-patch-merge-key": node["x-kubernetes-patch-merge-key"],
  };
}

/** Definitions that every document has. Copies of them (with a wire number, a description) share their properties. */
const shared: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [ObjectMeta.properties, metaNames.objectMeta],
  [OwnerReference.properties, metaNames.ownerReference],
  [ManagedFieldsEntry.properties, metaNames.managedFieldsEntry],
  [ManagedFieldsEntry.properties?.["fieldsV1"], metaNames.fieldsV1],
]);

function sharedName(node: SchemaNode): string | undefined {
  return shared.get(node.properties ?? node);
}

function mapValues<T>(
  values: { readonly [key: string]: T } | undefined,
  render: (value: T) => OpenApiSchema,
): { readonly [key: string]: OpenApiSchema } | undefined {
  if (values === undefined) return undefined;
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, render(value)]));
}

function compact(schema: { readonly [key: string]: unknown }): OpenApiSchema {
  // Only keys with JSON values are put in, so that dropping the undefined ones leaves JSON.
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined)) as OpenApiSchema;
}
