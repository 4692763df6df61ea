/**
 * What can be wrong with one field, in Kubernetes' words: `<type words>[: <value>][: <detail>]`. The path stands apart, as in a
 * Status cause; `describeProblem()` joins both.
 */
export interface FieldProblem {
  /** `metadata.name` */
  readonly path: string;
  readonly message: string;
  /** `FieldValueInvalid` and its siblings. */
  readonly reason: string;
}

export function invalidValue(path: string, value: unknown, detail: string): FieldProblem {
  return { path, reason: "FieldValueInvalid", message: `Invalid value: ${show(value)}${colon(detail)}` };
}

export function requiredValue(path: string, detail = ""): FieldProblem {
  return { path, reason: "FieldValueRequired", message: `Required value${colon(detail)}` };
}

/** @param supported  printed quoted, in the order given */
export function unsupportedValue(path: string, value: unknown, supported: readonly string[]): FieldProblem {
  const detail = supported.length > 0 ? `supported values: ${supported.map(show).join(", ")}` : "";
  return { path, reason: "FieldValueNotSupported", message: `Unsupported value: ${show(value)}${colon(detail)}` };
}

export function duplicateValue(path: string, value: unknown): FieldProblem {
  return { path, reason: "FieldValueDuplicate", message: `Duplicate value: ${show(value)}` };
}

export function forbiddenValue(path: string, detail = ""): FieldProblem {
  return { path, reason: "FieldValueForbidden", message: `Forbidden${colon(detail)}` };
}

export function tooLongValue(path: string, maxBytes: number): FieldProblem {
  const detail = maxBytes === 1 ? "may not be more than 1 byte" : `may not be more than ${maxBytes} bytes`;
  return { path, reason: "FieldValueTooLong", message: `Too long: ${detail}` };
}

export function tooManyValues(path: string, actual: number, max: number): FieldProblem {
  const detail = `must have at most ${max} ${max === 1 ? "item" : "items"}`;
  return { path, reason: "FieldValueTooMany", message: `Too many: ${actual}: ${detail}` };
}

export function missingReference(path: string, value: unknown): FieldProblem {
  return { path, reason: "FieldValueNotFound", message: `Not found: ${show(value)}` };
}

export function wrongType(path: string, value: unknown, detail: string): FieldProblem {
  return { path, reason: "FieldValueTypeInvalid", message: `Invalid value: ${show(value)}${colon(detail)}` };
}

/** `metadata.name: Required value: name or generateName is required` */
export function describeProblem(problem: FieldProblem): string {
  return problem.path === "" ? problem.message : `${problem.path}: ${problem.message}`;
}

/** One: bare; several: `[a, b]`, repeated ones once. */
export function describeProblems(problems: readonly FieldProblem[]): string {
  const unique = [...new Set(problems.map(describeProblem))];
  return unique.length === 1 ? (unique[0] ?? "") : `[${unique.join(", ")}]`;
}

/** Strings quoted, numbers and booleans bare, everything else as JSON. */
function show(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}

function colon(detail: string): string {
  return detail === "" ? "" : `: ${detail}`;
}
