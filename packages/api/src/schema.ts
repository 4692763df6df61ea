/**
 * The schema builder. A schema value *is* a Kubernetes structural schema (OpenAPI v3 keys, `x-kubernetes-*`), plus a few
 * keys of ours that `toOpenApi()` strips; its TypeScript type is inferred with `Infer`.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** What a schema says on the wire, and (from `honoured` on) to us alone. A schema parsed from a CRD is one of these too. */
export interface SchemaNode {
  readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean";
  readonly format?: string;
  readonly description?: string;
  readonly properties?: { readonly [name: string]: SchemaNode };
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode;
  readonly enum?: readonly JsonValue[];
  readonly default?: JsonValue;
  readonly nullable?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly pattern?: string;
  readonly allOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly not?: SchemaNode;
  readonly title?: string;
  readonly example?: JsonValue;
  readonly externalDocs?: { readonly description?: string; readonly url?: string };
  readonly "x-kubernetes-int-or-string"?: true;
  readonly "x-kubernetes-preserve-unknown-fields"?: true;
  readonly "x-kubernetes-embedded-resource"?: true;
  readonly "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: "atomic" | "granular";
  readonly "x-kubernetes-patch-strategy"?: string;
  readonly "x-kubernetes-patch-merge-key"?: string;
  readonly "x-kubernetes-validations"?: readonly {
    readonly rule: string;
    readonly message?: string;
    readonly messageExpression?: string;
    readonly reason?: string;
    readonly fieldPath?: string;
    readonly optionalOldSelf?: boolean;
  }[];
  /** False where Peapod cannot do what the field asks for yet: admission refuses it, the manual page says so. */
  readonly honoured?: false;
  /** Of a field that is not honoured: the values that are all the same. Others, even false, are refused. */
  readonly honouredValues?: readonly JsonValue[];
  /** The object asks for something by being there, even empty: `tpm: {}`. */
  readonly presence?: true;
  /** Why it is not honoured and what to use instead: one sentence for the person whose manifest is refused. */
  readonly because?: string;
  /** Items of a `map` list may have the same keys, as in kinds of Kubernetes' own whose merge key does not tell them apart. */
  readonly keysRepeat?: true;
  /** `micros`: a time printed with six decimals of a second (Kubernetes' MicroTime); other times have whole seconds. */
  readonly precision?: "micros";
  /**
   * Protobuf field of Kubernetes' own kinds: `"2.6"` is field 6 inside field 2, which JSON inlines. What `bytes` hold follows from
   * the schema: text; raw bytes (format `byte`); Time (`date-time`); Quantity (`isQuantity`); IntOrString; a raw JSON document in
   * field 1 (preserve-unknown-fields); entries with key 1 and value 2 (additionalProperties; a list as value is a message with the
   * elements in field 1); else a message. An array is a repeated field.
   */
  readonly wire?: { readonly field: string; readonly type: WireType };
}

export type WireType = "varint" | "bytes" | "fixed64" | "fixed32";

declare const shape: unique symbol;
export interface Schema<T> extends SchemaNode {
  readonly [shape]?: T;
}
export type Infer<S> = S extends Schema<infer T> ? T : never;

export interface Optional<T> {
  readonly optional: Schema<T>;
}
export type Properties = { readonly [name: string]: Schema<unknown> | Optional<unknown> };

type RequiredKeys<P> = { [K in keyof P]: P[K] extends Optional<unknown> ? never : K }[keyof P];
type OptionalKeys<P> = { [K in keyof P]: P[K] extends Optional<unknown> ? K : never }[keyof P];
type PropertyOf<S> = S extends Optional<infer T> ? T : Infer<S>;
type Flat<T> = { [K in keyof T]: T[K] };
export type InferObject<P> = Flat<
  { readonly [K in RequiredKeys<P>]: PropertyOf<P[K]> } & {
    readonly [K in OptionalKeys<P>]?: PropertyOf<P[K]> | undefined;
  }
>;

/** Keys every builder takes beside its own. `pb` is the protobuf field number and becomes `wire`. */
export interface Extra extends Omit<SchemaNode, "type" | "properties" | "required" | "items" | "additionalProperties"> {
  readonly pb?: number | string;
}

export function optional<T>(schema: Schema<T>): Optional<T> {
  return { optional: schema };
}

export function object<const P extends Properties>(properties: P, extra: Extra = {}): Schema<InferObject<P>> {
  const required: string[] = [];
  const nodes: Record<string, SchemaNode> = {};
  for (const [name, property] of Object.entries(properties)) {
    if (isOptional(property)) nodes[name] = property.optional;
    else {
      nodes[name] = property;
      required.push(name);
    }
  }
  return { type: "object", ...keys(extra), properties: nodes, ...(required.length > 0 && { required }) };
}

export function string(extra: Extra = {}): Schema<string> {
  return { type: "string", ...keys(extra) };
}

export function oneOf<const V extends string>(values: readonly V[], extra: Extra = {}): Schema<V> {
  return { type: "string", enum: values, ...keys(extra) };
}

export function boolean(extra: Extra = {}): Schema<boolean> {
  return { type: "boolean", ...keys(extra, "varint") };
}

export function int32(extra: Extra = {}): Schema<number> {
  return { type: "integer", format: "int32", ...keys(extra, "varint") };
}

/** A JSON number: values beyond 2^53 lose precision, as in every JavaScript client. */
export function int64(extra: Extra = {}): Schema<number> {
  return { type: "integer", format: "int64", ...keys(extra, "varint") };
}

export function integer(extra: Extra = {}): Schema<number> {
  return { type: "integer", ...keys(extra, "varint") };
}

export function number(extra: Extra = {}): Schema<number> {
  return { type: "number", ...keys(extra, "fixed64") };
}

export function array<T>(items: Schema<T>, extra: Extra = {}): Schema<readonly T[]> {
  return { type: "array", ...keys(extra, itemWireType(items)), items };
}

export function listMap<T>(keys: readonly string[], items: Schema<T>, extra: Extra = {}): Schema<readonly T[]> {
  return array(items, { ...extra, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys });
}

export function listSet<T>(items: Schema<T>, extra: Extra = {}): Schema<readonly T[]> {
  return array(items, { ...extra, "x-kubernetes-list-type": "set" });
}

export function listAtomic<T>(items: Schema<T>, extra: Extra = {}): Schema<readonly T[]> {
  return array(items, { ...extra, "x-kubernetes-list-type": "atomic" });
}

export function map<T>(values: Schema<T>, extra: Extra = {}): Schema<{ readonly [key: string]: T }> {
  return { type: "object", ...keys(extra), additionalProperties: values };
}

export type IntOrString = number | string;

export function intOrString(extra: Extra = {}): Schema<IntOrString> {
  return { anyOf: [{ type: "integer" }, { type: "string" }], ...keys(extra), "x-kubernetes-int-or-string": true };
}

/** `"128Mi"`, `"1.5G"`, `2`: parse with `parseQuantity`. */
export type Quantity = string | number;

export const quantityPattern =
  "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$";

export function quantity(extra: Extra = {}): Schema<Quantity> {
  return intOrString({ pattern: quantityPattern, ...extra });
}

/** RFC 3339, as text: we never turn wire times into `Date` by ourselves. */
export function timestamp(extra: Extra = {}): Schema<string> {
  return { type: "string", format: "date-time", ...keys(extra) };
}

/** RFC 3339 with six decimals of a second. */
export function microTime(extra: Extra = {}): Schema<string> {
  return { type: "string", format: "date-time", precision: "micros", ...keys(extra) };
}

/** Base64 text. */
export function bytes(extra: Extra = {}): Schema<string> {
  return { type: "string", format: "byte", ...keys(extra) };
}

export function nullable<T>(schema: Schema<T>): Schema<T | null> {
  return { ...schema, nullable: true } as SchemaNode; // the phantom type changes, the value does not
}

/** A shared schema with further keys: a description, a patch strategy, a field number of its own. */
export function having<T>(schema: Schema<T>, extra: Extra): Schema<T> {
  const { pb, ...rest } = extra;
  return { ...schema, ...rest, ...(pb !== undefined && { wire: { field: String(pb), type: itemWireType(schema) } }) };
}

/** Any JSON value at all, kept as it comes. */
export function anyValue(extra: Extra = {}): Schema<JsonValue> {
  return { ...keys(extra), "x-kubernetes-preserve-unknown-fields": true };
}

/** Any JSON object, kept as it comes. */
export function freeObject(extra: Extra = {}): Schema<{ readonly [key: string]: JsonValue }> {
  return { type: "object", ...keys(extra), "x-kubernetes-preserve-unknown-fields": true };
}

/** Tells a quantity from other ints-or-strings. */
export function isQuantity(schema: SchemaNode): boolean {
  return schema["x-kubernetes-int-or-string"] === true && schema.pattern === quantityPattern;
}

/** An object that says something by being there: `masquerade: {}`. */
export function marker(extra: Extra = {}): Schema<object> {
  return { type: "object", ...keys(extra), properties: {}, presence: true };
}

/** For a field's `Extra`: Peapod cannot do this yet. The sentence is for the person whose manifest is refused. */
export function notYet(because: string, honouredValues?: readonly JsonValue[]) {
  return { honoured: false, because, ...(honouredValues && { honouredValues }) } as const;
}

function keys({ pb, ...extra }: Extra, type: WireType = "bytes"): Omit<Extra, "pb"> & Pick<SchemaNode, "wire"> {
  return pb === undefined ? extra : { ...extra, wire: { field: String(pb), type } };
}

function itemWireType(schema: SchemaNode): WireType {
  if (schema.type === "integer" || schema.type === "boolean") return "varint";
  return schema.type === "number" ? "fixed64" : "bytes";
}

function isOptional(property: Schema<unknown> | Optional<unknown>): property is Optional<unknown> {
  return "optional" in property;
}
