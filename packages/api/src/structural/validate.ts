import { deepEqual, isRecord, ownField } from "../deep-equal.ts";
import { childPath, invalid, type Problem, required } from "../problem.ts";
import type { SchemaNode } from "../schema.ts";
import { validateEmbeddedResource } from "./embedded-resource.ts";
import { validateListTypes } from "./list-types.ts";
import { effectiveSchema } from "./resource-schema.ts";
import { validateLogic } from "./validate-logic.ts";
import { typeProblem, validateValue } from "./validate-value.ts";

export interface StructuralOptions {
  /** What was stored before: parts that did not change are not reported ("ratcheting"). */
  readonly old?: unknown;
  /** Where the value stands in its object. */
  readonly path?: string;
}

/**
 * Everything wrong with a value by its schema, in Kubernetes' sentences: types, required fields, enumerations, bounds, patterns, formats,
 * logic, then duplicates in sets and map lists. Rules in CEL are not run here; when the schema has any and an error forbids running
 * them, the list ends with the sentence that says so.
 */
export function validateStructural(schema: SchemaNode, value: unknown, options: StructuralOptions = {}): Problem[] {
  const path = options.path ?? "";
  const problems = [
    ...validateNode(schema, value, options.old, path),
    ...validateListTypes(schema, value, options.old, path),
  ];
  if (problems.some(blocksRules) && hasRules(schema)) problems.push(rulesNotRun);
  return problems;
}

function validateNode(given: SchemaNode, value: unknown, old: unknown, path: string): Problem[] {
  if (old !== undefined && deepEqual(value, old)) return [];
  const schema = effectiveSchema(given);
  if (value === null && schema.nullable) return [];
  const mismatch = typeProblem(schema, value, path);
  if (mismatch) return [mismatch, ...(schema["x-kubernetes-int-or-string"] ? validateLogic(schema, value, path) : [])];
  return [
    ...validateValue(schema, value, path),
    ...validateLogic(schema, value, path),
    ...(isRecord(value) ? validateProperties(schema, value, isRecord(old) ? old : {}, path) : []),
    ...(Array.isArray(value) ? validateItems(schema, value, old, path) : []),
    ...(schema["x-kubernetes-embedded-resource"] ? validateEmbeddedResource(value, path) : []),
  ];
}

type Json = { readonly [key: string]: unknown };

function validateProperties(schema: SchemaNode, value: Json, old: Json, path: string): Problem[] {
  const properties = schema.properties ?? {};
  const problems: Problem[] = [];
  for (const name of schema.required ?? []) {
    if (ownField(value, name) === undefined) problems.push(required(childPath(path, name)));
  }
  for (const [name, property] of Object.entries(properties)) {
    const child = ownField(value, name);
    if (child === undefined) continue;
    problems.push(...validateNode(property, child, ownField(old, name), childPath(path, name)));
  }
  if (!schema.additionalProperties) return problems;
  for (const [name, child] of Object.entries(value)) {
    if (Object.hasOwn(properties, name)) continue;
    problems.push(...validateNode(schema.additionalProperties, child, ownField(old, name), childPath(path, name)));
  }
  return problems;
}

function validateItems(schema: SchemaNode, value: readonly unknown[], old: unknown, path: string): Problem[] {
  const { items } = schema;
  if (!items) return [];
  return value.flatMap((item, index) =>
    validateNode(items, item, findOldItem(schema, item, old), childPath(path, index)),
  );
}

/** Only items of map lists can be told to be the same as before. */
function findOldItem(schema: SchemaNode, item: unknown, old: unknown): unknown {
  const keys = schema["x-kubernetes-list-map-keys"];
  if (!keys || !Array.isArray(old) || !isRecord(item)) return undefined;
  return old.find((before) => isRecord(before) && keys.every((key) => deepEqual(before[key], item[key])));
}

const rulesNotRun: Problem = invalid(
  "<nil>",
  null,
  "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
);

function blocksRules(problem: Problem): boolean {
  return problem.reason !== "FieldValueInvalid" && problem.reason !== "FieldValueDuplicate";
}

function hasRules(schema: SchemaNode): boolean {
  if (schema["x-kubernetes-validations"]?.length) return true;
  const children = [schema.items, schema.additionalProperties, ...Object.values(schema.properties ?? {})];
  return children.some((child) => child !== undefined && hasRules(child));
}
