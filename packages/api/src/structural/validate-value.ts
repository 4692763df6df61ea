import { deepEqual, isRecord } from "../deep-equal.ts";
import { invalid, notSupported, type Problem, tooLong, tooMany, typeInvalid } from "../problem.ts";
import type { SchemaNode } from "../schema.ts";
import { matchesFormat } from "./formats.ts";
import { matchesPattern } from "./pattern.ts";

/** The one problem of a value whose JSON type is not the schema's. */
export function typeProblem(schema: SchemaNode, value: unknown, path: string): Problem | undefined {
  const found = jsonType(value);
  const wanted = schema["x-kubernetes-int-or-string"] ? ["integer", "string"] : schema.type ? [schema.type] : [];
  if (wanted.length === 0 || wanted.some((type) => type === found || (type === "number" && found === "integer"))) {
    return undefined;
  }
  return typeInvalid(path, found, `${inBody(path)} must be of type ${wanted.join(",")}: "${found}"`);
}

/** What the words of one schema say about one value of the right type; its children are not looked at. */
export function validateValue(schema: SchemaNode, value: unknown, path: string): Problem[] {
  const problems: Problem[] = [];
  if (typeof value === "string") problems.push(...validateString(schema, value, path));
  if (typeof value === "number") problems.push(...validateNumber(schema, value, path));
  if (Array.isArray(value))
    problems.push(...validateCount(value.length, schema.minItems, schema.maxItems, "items", value, path));
  if (isRecord(value)) {
    const count = Object.keys(value).length;
    problems.push(...validateCount(count, schema.minProperties, schema.maxProperties, "properties", value, path));
  }
  if (schema.enum && !schema.enum.some((allowed) => deepEqual(allowed, value))) {
    const supported = schema.enum.map((allowed) => (typeof allowed === "string" ? allowed : JSON.stringify(allowed)));
    problems.push(notSupported(path, value, supported));
  }
  return problems;
}

function validateString(schema: SchemaNode, value: string, path: string): Problem[] {
  const problems: Problem[] = [];
  const length = [...value].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) problems.push(tooLong(path, schema.maxLength));
  if (schema.minLength !== undefined && length < schema.minLength) {
    problems.push(invalid(path, value, `${inBody(path)} should be at least ${schema.minLength} chars long`));
  }
  if (schema.pattern !== undefined && !matchesPattern(schema.pattern, value)) {
    problems.push(invalid(path, value, `${inBody(path)} should match '${schema.pattern}'`));
  }
  if (schema.format !== undefined && !matchesFormat(schema.format, value)) {
    problems.push(invalid(path, value, `${inBody(path)} must be of type ${schema.format}: ${JSON.stringify(value)}`));
  }
  return problems;
}

const int32 = { minimum: -2_147_483_648, maximum: 2_147_483_647 };

function validateNumber(schema: SchemaNode, value: number, path: string): Problem[] {
  const problems: Problem[] = [];
  const say = (detail: string) => problems.push(invalid(path, value, `${inBody(path)} ${detail}`));
  const { minimum, maximum, multipleOf } = schema;
  if (maximum !== undefined && (schema.exclusiveMaximum ? value >= maximum : value > maximum)) {
    say(`should be less than ${schema.exclusiveMaximum ? "" : "or equal to "}${maximum}`);
  }
  if (minimum !== undefined && (schema.exclusiveMinimum ? value <= minimum : value < minimum)) {
    say(`should be greater than ${schema.exclusiveMinimum ? "" : "or equal to "}${minimum}`);
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) say(`should be a multiple of ${multipleOf}`);
  const isInt32 = schema.type === "integer" && schema.format === "int32";
  if (isInt32 && (value < int32.minimum || value > int32.maximum)) {
    const detail = `Checked value must be of type integer with format int32 in ${path}`;
    problems.push(invalid(path, value, detail));
  }
  return problems;
}

function validateCount(
  count: number,
  min: number | undefined,
  max: number | undefined,
  unit: "items" | "properties",
  value: unknown,
  path: string,
): Problem[] {
  const problems: Problem[] = [];
  if (max !== undefined && count > max) problems.push(tooMany(path, count, max));
  if (min !== undefined && count < min) {
    problems.push(invalid(path, value, `${inBody(path)} should have at least ${min} ${unit}`));
  }
  return problems;
}

export function inBody(path: string): string {
  return path === "" ? "in body" : `${path} in body`;
}

function jsonType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}
