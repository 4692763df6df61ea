import { isRecord } from "../deep-equal.ts";
import { wrongFormat } from "./annotation-error.ts";

type Fields = { readonly [field: string]: unknown };

/** @throws {AnnotationError} */
export function parseJson(annotation: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrongFormat(annotation, error instanceof Error ? error.message : String(error));
  }
}

/** @throws {AnnotationError} when it is no list of objects */
export function parseObjects(annotation: string, text: string): readonly Fields[] {
  const value = parseJson(annotation, text);
  if (!Array.isArray(value) || !value.every(isRecord)) throw wrongFormat(annotation, "it is no list of objects");
  return value;
}

/** @throws {AnnotationError} when the field is there and no text */
export function textOf(annotation: string, item: Fields, field: string): string | undefined {
  const value = item[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw wrongFormat(annotation, `"${field}" is no text`);
  return value;
}

/** @throws {AnnotationError} when the field is there and no list of names */
export function namesOf(annotation: string, item: Fields, field: string): readonly string[] {
  const value = item[field];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((name): name is string => typeof name === "string" && name !== "")) {
    throw wrongFormat(annotation, `"${field}" is no list of names`);
  }
  return value;
}

/**
 * Interfaces have names in all items of a list or in none; without names they are meant in their order.
 *
 * @throws {AnnotationError}
 */
export function checkInterfaces(annotation: string, names: readonly (string | undefined)[]): void {
  if (names.length === 0) throw wrongFormat(annotation, "value requires at least one item");
  const named = names.filter((name) => name !== undefined);
  if (named.length > 0 && named.length < names.length) {
    throw wrongFormat(annotation, "NIC should be either all specified or all unspecified");
  }
  const twice = named.find((name, index) => named.indexOf(name) !== index);
  if (twice !== undefined) throw wrongFormat(annotation, `duplicate interface ${twice}`);
}
