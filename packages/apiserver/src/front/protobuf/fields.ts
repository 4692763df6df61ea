import { isQuantity, type SchemaNode } from "@peapod/api";

/** How one value stands on the wire. Kubernetes wraps some JSON scalars into small messages of their own. */
export type Form =
  | { readonly as: "string" | "base64" | "boolean" | "integer" | "double" }
  /** `{1: text}` */
  | { readonly as: "quantity" }
  /** `{1: 0 for a number and 1 for text, 2: number, 3: text}` */
  | { readonly as: "intOrString" }
  /** `{1: seconds, 2: nanoseconds}`; `micro` prints six digits always */
  | { readonly as: "time"; readonly micro: boolean }
  /** `{1: JSON text}`: FieldsV1, RawExtension, JSON */
  | { readonly as: "json" }
  | { readonly as: "message"; readonly fields: () => MessageFields }
  /** repeated `{1: key, 2: value}` */
  | { readonly as: "map"; readonly values: Form }
  | { readonly as: "list"; readonly items: Form };

export interface Field {
  readonly name: string;
  readonly form: Form;
  /** Written by Go even when empty, so that an empty value is no sign of absence. */
  readonly required: boolean;
}

/** Field number → what it holds. `inline` is a message whose fields JSON shows one level up. */
export type MessageFields = ReadonlyMap<number, Field | { readonly inline: MessageFields }>;

/**
 * The wire layout of an object schema, from the `wire` entries of its properties (`"2.6"`: field 6 of an inlined field 2). Properties
 * without one do not exist in protobuf.
 */
export function messageFields(schema: SchemaNode): MessageFields {
  const known = layouts.get(schema);
  if (known) return known;
  const fields: MutableFields = new Map();
  layouts.set(schema, fields);
  for (const [name, node] of Object.entries(schema.properties ?? {})) {
    if (!node.wire) continue;
    const numbers = node.wire.field.split(".").map(Number);
    const last = numbers.pop() ?? 0;
    let level = fields;
    for (const number of numbers) level = inlined(level, number);
    level.set(last, { name, form: formOf(node), required: schema.required?.includes(name) ?? false });
  }
  return fields;
}

type MutableFields = Map<number, Field | { readonly inline: MutableFields }>;

/** Schemas are constants and reach each other, sometimes in circles: one layout per node, made when first met. */
const layouts = new WeakMap<SchemaNode, MessageFields>();

function inlined(level: MutableFields, number: number): MutableFields {
  const there = level.get(number);
  if (there && "inline" in there) return there.inline;
  const inline: MutableFields = new Map();
  level.set(number, { inline });
  return inline;
}

function formOf(node: SchemaNode): Form {
  if (node["x-kubernetes-int-or-string"]) return { as: isQuantity(node) ? "quantity" : "intOrString" };
  if (node.type === "array") return { as: "list", items: formOf(node.items ?? {}) };
  if (node.type === "string") {
    if (node.format === "byte") return { as: "base64" };
    if (node.format === "date-time") return { as: "time", micro: node.precision === "micros" };
    return { as: "string" };
  }
  if (node.type === "boolean") return { as: "boolean" };
  if (node.type === "integer") return { as: "integer" };
  if (node.type === "number") return { as: "double" };
  if (node.properties) return { as: "message", fields: () => messageFields(node) };
  if (node.additionalProperties) {
    const values = formOf(node.additionalProperties);
    return { as: "map", values: values.as === "list" ? listMessage(values) : values };
  }
  return { as: "json" };
}

/** A map cannot hold a repeated field: Go's list types (`ExtraValue`) become `{1: repeated}`, shown as a bare list in JSON. */
function listMessage(list: Form): Form {
  const fields: MessageFields = new Map([[1, { name: "items", form: list, required: true }]]);
  return { as: "message", fields: () => fields };
}
