import { getProperty, isObject, type Json } from "../patches/json.ts";
import { type Filter, parseJsonPath, type Selector } from "./parse.ts";

/** All values that a path leads to; nothing is an error but the path itself. */
export type JsonPath = (value: Json) => readonly Json[];

/**
 * Makes a function of a JSONPath as printer columns and selectable fields have it: `.spec.ports[*].name`,
 * `.status.conditions[?(@.type=="Ready")].status`, `.metadata.labels['a.b/c']`, `.metadata.annotations.a\.b`.
 *
 * @throws {JsonPathError} when the path cannot be read
 * @see https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
export function compileJsonPath(path: string): JsonPath {
  const selectors = parseJsonPath(path);
  return (value) => follow([value], selectors);
}

/** The first value at a path, undefined where there is none. */
export function firstAt(path: JsonPath, value: Json): Json {
  return path(value)[0];
}

function follow(values: readonly Json[], selectors: readonly Selector[]): readonly Json[] {
  return selectors.reduce((found, selector) => found.flatMap((value) => select(value, selector)), values);
}

function select(value: Json, selector: Selector): readonly Json[] {
  switch (selector.type) {
    case "names":
      return selector.names.flatMap((name) => propertyOf(value, name));
    case "indexes":
      return selector.indexes.flatMap((index) => itemAt(value, index));
    case "slice":
      return slice(value, selector);
    case "all":
      return childrenOf(value);
    case "deep":
      return descendantsOf(value).flatMap((inner) => propertyOf(inner, selector.name));
    case "filter":
      return childrenOf(value).filter((child) => passes(child, selector.filter));
  }
}

function propertyOf(value: Json, name: string): readonly Json[] {
  const property = isObject(value) ? getProperty(value, name) : undefined;
  return property === undefined ? [] : [property];
}

function itemAt(value: Json, index: number): readonly Json[] {
  const item: Json = Array.isArray(value) ? value.at(index) : undefined;
  return item === undefined ? [] : [item];
}

function slice(value: Json, { start, end, step }: Extract<Selector, { type: "slice" }>): readonly Json[] {
  if (!Array.isArray(value)) return [];
  return value.slice(start, end).filter((_, index) => index % step === 0);
}

function childrenOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value).filter((child) => child !== undefined) : [];
}

function descendantsOf(value: Json): readonly Json[] {
  return [value, ...childrenOf(value).flatMap(descendantsOf)];
}

function passes(value: Json, { left, operator, right }: Filter): boolean {
  const [a] = "path" in left ? follow([value], left.path) : [left.literal];
  if (operator === "exists") return a !== undefined;
  const [b] = "path" in right ? follow([value], right.path) : [right.literal];
  if (operator === "==") return a === b;
  if (a === undefined || b === undefined) return false;
  if (operator === "!=") return a !== b;
  if (!isOrdered(a) || typeof a !== typeof b) return false;
  const order = a < (b as typeof a) ? -1 : a > (b as typeof a) ? 1 : 0; // same type, looked at just above
  return operator === "<" ? order < 0 : operator === "<=" ? order <= 0 : operator === ">" ? order > 0 : order >= 0;
}

function isOrdered(value: Json): value is string | number {
  return typeof value === "string" || typeof value === "number";
}
