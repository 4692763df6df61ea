import { goQuote } from "./go-quote.ts";

/** One thing wrong with a manifest. Everything wrong is reported at once, as `causes` of one `Invalid` Status. */
export interface Problem {
  /** `spec.template.spec.domain.devices.disks[0].name` */
  readonly path: string;
  /** Upstream's sentence where upstream has one: for Kubernetes' own checks with its type words, `Invalid value: "x": must be …`. */
  readonly message: string;
  readonly reason:
    | "FieldValueInvalid"
    | "FieldValueRequired"
    | "FieldValueDuplicate"
    | "FieldValueNotSupported"
    | "FieldValueForbidden"
    | "FieldValueNotFound"
    | "FieldValueTooLong"
    | "FieldValueTooMany"
    | "FieldValueTypeInvalid";
}

export function invalid(path: string, value: unknown, detail: string): Problem {
  return { path, reason: "FieldValueInvalid", message: `Invalid value: ${printValue(value)}: ${detail}` };
}

export function typeInvalid(path: string, value: unknown, detail: string): Problem {
  return { ...invalid(path, value, detail), reason: "FieldValueTypeInvalid" };
}

export function required(path: string, detail = ""): Problem {
  return { path, reason: "FieldValueRequired", message: withDetail("Required value", detail) };
}

export function forbidden(path: string, detail: string): Problem {
  return { path, reason: "FieldValueForbidden", message: withDetail("Forbidden", detail) };
}

export function duplicate(path: string, value: unknown): Problem {
  return { path, reason: "FieldValueDuplicate", message: `Duplicate value: ${printValue(value)}` };
}

export function notFound(path: string, value: unknown): Problem {
  return { path, reason: "FieldValueNotFound", message: `Not found: ${printValue(value)}` };
}

export function notSupported(path: string, value: unknown, supported: readonly string[]): Problem {
  const list = supported.map(goQuote).join(", ");
  const message = withDetail(`Unsupported value: ${printValue(value)}`, list && `supported values: ${list}`);
  return { path, reason: "FieldValueNotSupported", message };
}

export function tooLong(path: string, maxBytes: number): Problem {
  return {
    path,
    reason: "FieldValueTooLong",
    message: `Too long: may not be more than ${maxBytes} ${maxBytes === 1 ? "byte" : "bytes"}`,
  };
}

export function tooMany(path: string, count: number, max: number): Problem {
  return {
    path,
    reason: "FieldValueTooMany",
    message: `Too many: ${count}: must have at most ${max} ${max === 1 ? "item" : "items"}`,
  };
}

/** `spec.color: Required value` */
export function formatProblem(problem: Problem): string {
  return problem.path === "" ? problem.message : `${problem.path}: ${problem.message}`;
}

/** One problem bare, several as `[a, b]`, repeated ones once: how an Invalid Status lists them. */
export function formatProblems(problems: readonly Problem[]): string {
  const sentences = [...new Set(problems.map(formatProblem))];
  return sentences.length === 1 ? (sentences[0] ?? "") : `[${sentences.join(", ")}]`;
}

/** `spec.disks` + 0 → `spec.disks[0]`; + name → `spec.disks.name`. */
export function childPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** Strings quoted, numbers and booleans bare, everything else as JSON. */
function printValue(value: unknown): string {
  if (typeof value === "string") return goQuote(value);
  if (value === undefined) return "null";
  return JSON.stringify(value);
}

function withDetail(words: string, detail: string): string {
  return detail === "" ? words : `${words}: ${detail}`;
}
