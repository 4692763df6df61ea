import { type JsonValue, ObjectMeta, type SchemaNode } from "@peapod/api";

/** How a value may be shared between managers, by its schema; where there is none, by what it looks like. */
export type Shape =
  | { readonly as: "leaf" }
  | { readonly as: "object"; readonly field: (name: string) => Field | undefined }
  | { readonly as: "set"; readonly items: SchemaNode | undefined }
  | { readonly as: "keyed"; readonly keys: readonly string[]; readonly items: SchemaNode | undefined };

/** `named`: a field of the schema; otherwise a key of a map. */
export interface Field {
  readonly schema: SchemaNode | undefined;
  readonly named: boolean;
}

const untyped: Field = { schema: undefined, named: false };
const text: Field = { schema: { type: "string" }, named: true };
const leafShape: Shape = { as: "leaf" };
const untypedObject: Shape = { as: "object", field: () => untyped };

export function shapeOf(schema: SchemaNode | undefined, value: unknown): Shape {
  if (schema === undefined || isUntyped(schema)) return isObject(value) ? untypedObject : leafShape;
  if (schema["x-kubernetes-int-or-string"]) return leafShape;
  if (schema.type === "array") return listShape(schema);
  if (schema.type !== "object" || schema["x-kubernetes-map-type"] === "atomic") return leafShape;
  return { as: "object", field: (name) => fieldOf(schema, name) };
}

/** What a schema says of a child; undefined where the field is not declared. */
export function fieldOf(schema: SchemaNode, name: string): Field | undefined {
  const own = schema.properties?.[name];
  if (own) return { schema: own, named: true };
  if (schema["x-kubernetes-embedded-resource"]) {
    if (name === "apiVersion" || name === "kind") return text;
    if (name === "metadata") return { schema: ObjectMeta, named: true };
  }
  if (schema.additionalProperties) return { schema: schema.additionalProperties, named: false };
  return schema["x-kubernetes-preserve-unknown-fields"] ? untyped : undefined;
}

/** The step to an item of a keyed list or a set. Undefined where an item has none of the keys. */
export function itemStep(shape: Shape, item: JsonValue): string | undefined {
  if (shape.as === "set") return `v:${JSON.stringify(item)}`;
  if (shape.as !== "keyed" || !isObject(item)) return undefined;
  const keys: Record<string, JsonValue> = {};
  for (const key of [...shape.keys].sort()) {
    const value = item[key] ?? shape.items?.properties?.[key]?.default;
    if (value !== undefined && value !== null) keys[key] = value;
  }
  return Object.keys(keys).length === 0 ? undefined : `k:${JSON.stringify(keys)}`;
}

export function isObject(value: unknown): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isUntyped(schema: SchemaNode): boolean {
  const { type, properties, additionalProperties } = schema;
  if (schema["x-kubernetes-int-or-string"]) return false;
  if (type === undefined) return true;
  return type === "object" && !properties && !additionalProperties && !!schema["x-kubernetes-preserve-unknown-fields"];
}

function listShape(schema: SchemaNode): Shape {
  const { items } = schema;
  const type = schema["x-kubernetes-list-type"];
  if (type === "map") return { as: "keyed", keys: schema["x-kubernetes-list-map-keys"] ?? [], items };
  if (type === "set") return { as: "set", items };
  if (type === undefined && schema["x-kubernetes-patch-strategy"]?.split(",").includes("merge")) {
    const key = schema["x-kubernetes-patch-merge-key"];
    return key === undefined ? { as: "set", items } : { as: "keyed", keys: [key], items };
  }
  return leafShape;
}
