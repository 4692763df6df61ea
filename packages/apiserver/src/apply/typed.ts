import { deepEqual, type JsonValue, type SchemaNode } from "@peapod/api";
import { emptySet, type FieldSet, fieldSet, leaf } from "./field-set.ts";
import { isObject, itemStep, type Shape, shapeOf } from "./shape.ts";

export type Typed = SchemaNode | undefined;
type Json = JsonValue | undefined;

/** The fields that a manifest says something about: what its author owns after an apply. */
export function fieldsOf(schema: Typed, value: JsonValue): FieldSet {
  const shape = shapeOf(schema, value);
  if (shape.as === "leaf") return leaf;
  if (shape.as === "object") {
    if (!isObject(value)) return emptySet;
    const children: [string, FieldSet][] = [];
    for (const [name, inner] of Object.entries(value)) {
      const field = shape.field(name);
      const child = fieldsOf(field?.schema, inner);
      const isMember = inner === null || (isObject(inner) && Object.keys(inner).length === 0) || !field?.named;
      children.push([`f:${name}`, isMember ? { ...child, member: true } : child]);
    }
    return fieldSet(false, children);
  }
  const children: [string, FieldSet][] = [];
  for (const [step, item] of itemsOf(shape, value)) {
    children.push([step, { ...fieldsOf(shape.items, item), member: true }]);
  }
  return fieldSet(false, children);
}

export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** What differs between two objects. An object or item that is new counts itself, beside everything in it. */
export function compare(schema: Typed, before: Json, after: Json): Comparison {
  if (before === undefined && after === undefined) return same;
  const shape = sharedShape(schema, before, after);
  if (shape.as === "leaf" || (isHollow(before) && isHollow(after))) {
    if (before === undefined) return { ...same, added: leaf };
    if (after === undefined) return { ...same, removed: leaf };
    return deepEqual(before, after) ? same : { ...same, modified: leaf };
  }
  const added: [string, FieldSet][] = [];
  const modified: [string, FieldSet][] = [];
  const removed: [string, FieldSet][] = [];
  const visit = (step: string, inner: Typed, left: Json, right: Json): void => {
    const child = compare(inner, left, right);
    if (child === same) return;
    added.push([step, child.added]);
    modified.push([step, child.modified]);
    removed.push([step, child.removed]);
  };
  if (shape.as === "object") {
    const left = isObject(before) ? before : {};
    const right = isObject(after) ? after : {};
    for (const name of Object.keys(left)) visit(`f:${name}`, shape.field(name)?.schema, left[name], right[name]);
    for (const name of Object.keys(right)) {
      if (!(name in left)) visit(`f:${name}`, shape.field(name)?.schema, undefined, right[name]);
    }
  } else {
    const left = new Map(itemsOf(shape, before ?? null));
    const right = new Map(itemsOf(shape, after ?? null));
    for (const [step, item] of left) visit(step, shape.items, item, right.get(step));
    for (const [step, item] of right) if (!left.has(step)) visit(step, shape.items, undefined, item);
  }
  return {
    added: fieldSet(before === undefined, added),
    modified: fieldSet(false, modified),
    removed: fieldSet(after === undefined, removed),
  };
}

/** `base` with everything that `change` says: scalars and atomic parts replaced, objects and keyed lists merged, sets united. */
export function merge(schema: Typed, base: Json, change: JsonValue): JsonValue {
  if (base === undefined || base === null) return change;
  const shape = sharedShape(schema, base, change);
  if (shape.as === "object" && isObject(base) && isObject(change)) {
    const result: Record<string, JsonValue> = { ...base };
    for (const [name, inner] of Object.entries(change)) {
      result[name] = merge(shape.field(name)?.schema, base[name], inner);
    }
    return result;
  }
  if ((shape.as === "set" || shape.as === "keyed") && Array.isArray(base) && Array.isArray(change)) {
    const changes = new Map(itemsOf(shape, change));
    const result: JsonValue[] = [];
    for (const item of base as readonly JsonValue[]) {
      const step = itemStep(shape, item) ?? "";
      const other = changes.get(step);
      result.push(other === undefined ? item : merge(shape.items, item, other));
      changes.delete(step);
    }
    return [...result, ...changes.values()];
  }
  return change;
}

/** `value` without the members of `fields` and what is in them. */
export function removeFields(schema: Typed, value: JsonValue, fields: FieldSet): JsonValue {
  if (fields.children.size === 0) return value;
  const shape = shapeOf(schema, value);
  if (shape.as === "object" && isObject(value)) {
    const result: Record<string, JsonValue> = {};
    for (const [name, inner] of Object.entries(value)) {
      const child = fields.children.get(`f:${name}`);
      if (child?.member) continue;
      result[name] = child ? removeFields(shape.field(name)?.schema, inner, child) : inner;
    }
    return result;
  }
  if ((shape.as === "set" || shape.as === "keyed") && Array.isArray(value)) {
    const result: JsonValue[] = [];
    for (const item of value as readonly JsonValue[]) {
      const child = fields.children.get(itemStep(shape, item) ?? "");
      if (child?.member) continue;
      result.push(child ? removeFields(shape.items, item, child) : item);
    }
    return result;
  }
  return value;
}

const same: Comparison = { added: emptySet, modified: emptySet, removed: emptySet };

/** Without a schema both sides must look alike, or the whole is one leaf. */
function sharedShape(schema: Typed, a: Json, b: Json): Shape {
  const shape = shapeOf(schema, a ?? b);
  if (shape.as !== "object" || a === undefined || b === undefined) return shape;
  return (isObject(a) || a === null) && (isObject(b) || b === null) ? shape : { as: "leaf" };
}

function isHollow(value: Json): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** Items with their steps; of those with the same step the last one counts. */
function itemsOf(shape: Shape, value: JsonValue): readonly (readonly [string, JsonValue])[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly JsonValue[]).map((item) => [itemStep(shape, item) ?? `v:${JSON.stringify(item)}`, item]);
}
