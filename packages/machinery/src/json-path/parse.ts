/** One step on a path. */
export type Selector =
  | { readonly type: "names"; readonly names: readonly string[] }
  | { readonly type: "indexes"; readonly indexes: readonly number[] }
  | { readonly type: "slice"; readonly start?: number; readonly end?: number; readonly step: number }
  | { readonly type: "all" }
  | { readonly type: "deep"; readonly name: string }
  | { readonly type: "filter"; readonly filter: Filter };

type Operand = { readonly path: readonly Selector[] } | { readonly literal: string | number | boolean | null };

export interface Filter {
  readonly left: Operand;
  readonly operator: "exists" | "==" | "!=" | "<" | "<=" | ">" | ">=";
  /** Not looked at by `exists`. */
  readonly right: Operand;
}

/** A path that cannot be read. */
export class JsonPathError extends Error {
  override readonly name = "JsonPathError";
}

/** Braces around the whole and a leading `$` or `@` may be there or not. */
export function parseJsonPath(text: string): readonly Selector[] {
  const bare = text
    .trim()
    .replace(/^\{(.*)\}$/s, "$1")
    .trim()
    .replace(/^[$@]/, "");
  const selectors: Selector[] = [];
  let at = 0;
  while (at < bare.length) {
    const rest = bare.slice(at);
    const step = readDeep(rest) ?? readName(rest, at === 0) ?? readBrackets(rest);
    if (step === undefined) throw new JsonPathError(`Cannot read the path "${text}": it is unclear at "${rest}"`);
    selectors.push(...step.selectors);
    at += step.length;
  }
  return selectors;
}

interface Step {
  /** None for a lone dot, which is the object itself. */
  readonly selectors: readonly Selector[];
  readonly length: number;
}

const name = String.raw`(?:\\.|[^\\.[\]\s{}()'"])+`;
const deepPattern = new RegExp(`^\\.\\.(${name})`);
const namePattern = new RegExp(`^\\.(${name})`);
const firstNamePattern = new RegExp(`^\\.?(${name})`);

function readDeep(rest: string): Step | undefined {
  const match = deepPattern.exec(rest);
  if (match === null) return undefined;
  return { selectors: [{ type: "deep", name: plain(match[1] ?? "") }], length: match[0].length };
}

function readName(rest: string, isFirst: boolean): Step | undefined {
  if (rest === ".") return { selectors: [], length: 1 };
  if (rest.startsWith(".[")) return { selectors: [], length: 1 };
  const match = (isFirst ? firstNamePattern : namePattern).exec(rest);
  if (match === null) return undefined;
  const selector: Selector = match[1] === "*" ? { type: "all" } : { type: "names", names: [plain(match[1] ?? "")] };
  return { selectors: [selector], length: match[0].length };
}

function plain(text: string): string {
  return text.replaceAll(/\\(.)/gs, "$1");
}

function readBrackets(rest: string): Step | undefined {
  const length = bracketsLength(rest);
  if (length === undefined) return undefined;
  const selector = parseBrackets(rest.slice(1, length - 1).trim());
  return selector && { selectors: [selector], length };
}

/** Up to the closing bracket; brackets inside quotes and filters do not count. */
function bracketsLength(rest: string): number | undefined {
  if (rest[0] !== "[") return undefined;
  let depth = 0;
  let quote = "";
  for (let i = 0; i < rest.length; i += 1) {
    const char = rest[i] ?? "";
    if (quote !== "") {
      if (char === "\\") i += 1;
      else if (char === quote) quote = "";
    } else if (char === "'" || char === '"') quote = char;
    else if (char === "[") depth += 1;
    else if (char === "]") {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
  }
  return undefined;
}

const quoted = String.raw`'(?:\\.|[^\\'])*'|"(?:\\.|[^\\"])*"`;
const quotedListPattern = new RegExp(`^(?:${quoted})(?:\\s*,\\s*(?:${quoted}))*$`, "s");

function parseBrackets(inner: string): Selector | undefined {
  if (inner === "*") return { type: "all" };
  if (/^-?\d+(\s*,\s*-?\d+)*$/.test(inner)) return { type: "indexes", indexes: inner.split(",").map(Number) };
  const range = /^(-?\d*):(-?\d*)(?::(\d+))?$/.exec(inner);
  if (range !== null) return parseRange(range);
  if (quotedListPattern.test(inner)) {
    const names = inner.match(new RegExp(quoted, "gs")) ?? [];
    return { type: "names", names: names.map((text) => plain(text.slice(1, -1))) };
  }
  const filter = /^\?\s*\((.*)\)$/s.exec(inner);
  return filter === null ? undefined : { type: "filter", filter: parseFilter(filter[1] ?? "") };
}

function parseRange([, start = "", end = "", step = "1"]: RegExpExecArray): Selector | undefined {
  if (Number(step) < 1) return undefined;
  return {
    type: "slice",
    ...(start !== "" && { start: Number(start) }),
    ...(end !== "" && { end: Number(end) }),
    step: Number(step),
  };
}

function parseFilter(text: string): Filter {
  const parts = new RegExp(`^((?:${quoted}|[^'"<>=!])+)(?:(==|!=|<=|>=|<|>)(.+))?$`, "s").exec(text.trim());
  if (parts === null) throw new JsonPathError(`Cannot read the filter "${text}"`);
  const [, left = "", operator, right = ""] = parts;
  if (operator === undefined) return { left: parseOperand(left), operator: "exists", right: { literal: null } };
  return { left: parseOperand(left), operator: operator as Filter["operator"], right: parseOperand(right) };
}

function parseOperand(text: string): Operand {
  const operand = text.trim();
  if (operand.startsWith("@") || operand.startsWith("$")) return { path: parseJsonPath(operand) };
  if (new RegExp(`^(?:${quoted})$`, "s").test(operand)) return { literal: plain(operand.slice(1, -1)) };
  if (operand === "true" || operand === "false") return { literal: operand === "true" };
  if (operand !== "" && Number.isFinite(Number(operand))) return { literal: Number(operand) };
  throw new JsonPathError(`Cannot compare with ${operand}: put text into quotes`);
}
