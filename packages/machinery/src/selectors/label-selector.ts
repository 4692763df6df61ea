import { formatProblem, invalid, labelValue, qualifiedName } from "@peapod/api";
import { badRequest } from "../errors/refusals.ts";
import { readTokens, type Token } from "./label-tokens.ts";

export type LabelOperator = "=" | "!=" | "in" | "notin" | "exists" | "!" | ">" | "<";

export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

/** All must hold; an empty list selects everything. */
export type LabelSelector = readonly LabelRequirement[];

type Labels = { readonly [key: string]: string } | undefined;

/**
 * Reads a selector as it stands in a query: `app=web,tier in (a, b),!canary`.
 *
 * @throws {ApiError} BadRequest with Kubernetes' sentence
 */
export function parseLabelSelector(text: string): LabelSelector {
  const tokens = readTokens(text);
  const requirements: LabelRequirement[] = [];
  let at = 0;
  const peek = (): Token => tokens[at] ?? { type: "end", text: "" };
  const next = (): Token => {
    const token = peek();
    at += 1;
    return token;
  };
  const values = (): readonly string[] => {
    const open = next();
    if (open.type !== "(") throw unexpected(open, "'('", "");
    const found: string[] = [];
    // An empty place between commas is an empty value: `in (a,)` asks for "a" or "".
    for (let isPlaceEmpty = true; ; ) {
      const token = next();
      if (token.type === "word") {
        if (!isPlaceEmpty) throw unexpected(token, "',' or ')'");
        found.push(token.text);
        isPlaceEmpty = false;
      } else if (token.type === "," || token.type === ")") {
        if (isPlaceEmpty && !(token.type === ")" && found.length === 0)) found.push("");
        if (token.type === ")") return [...new Set(found)].sort();
        isPlaceEmpty = true;
      } else throw unexpected(token, found.length === 0 ? "',', ')' or identifier" : "',' or ')'");
    }
  };
  const exactValue = (): readonly string[] => {
    if (peek().type === "end" || peek().type === ",") return [""];
    const token = next();
    if (token.type !== "word") throw unexpected(token, "identifier");
    return [token.text];
  };
  const requirement = (): LabelRequirement => {
    const isNegated = peek().type === "!";
    if (isNegated) next();
    const key = next();
    if (key.type !== "word") throw unexpected(key, "identifier");
    if (peek().type === "end" || peek().type === ",") {
      return check({ key: key.text, operator: isNegated ? "!" : "exists", values: [] });
    }
    if (isNegated) return check({ key: key.text, operator: "!", values: [] });
    const token = next();
    const operator =
      token.type === "word" && (token.text === "in" || token.text === "notin") ? token.text : operators[token.type];
    if (operator === undefined) throw unexpected(token, "in, notin, =, ==, !=, gt, lt");
    const isSet = operator === "in" || operator === "notin";
    return check({ key: key.text, operator, values: isSet ? values() : exactValue() });
  };

  while (peek().type !== "end") {
    if (peek().type !== "word" && peek().type !== "!") throw unexpected(peek(), "!, identifier, or 'end of string'");
    requirements.push(requirement());
    const token = next();
    if (token.type === "end") break;
    if (token.type !== ",") throw unexpected(token, "',' or 'end of string'");
    if (peek().type !== "word" && peek().type !== "!") throw unexpected(peek(), "identifier after ','");
  }
  return requirements;
}

const operators: Partial<Record<Token["type"], LabelOperator>> = {
  "=": "=",
  "==": "=",
  "!=": "!=",
  ">": ">",
  "<": "<",
};

/** A `metav1.LabelSelector`, as Services, replica sets and pools carry it. Undefined selects nothing, an empty one everything. */
export interface LabelSelectorObject {
  readonly matchLabels?: { readonly [key: string]: string } | undefined;
  readonly matchExpressions?:
    | readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] | undefined }[]
    | undefined;
}

/** @throws {ApiError} BadRequest for an operator that does not exist, or values that do not fit it */
export function labelSelectorOf(selector: LabelSelectorObject): LabelSelector {
  const words: Readonly<Record<string, LabelOperator>> = {
    In: "in",
    NotIn: "notin",
    Exists: "exists",
    DoesNotExist: "!",
  };
  return [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => check({ key, operator: "=", values: [value] })),
    ...(selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
      const word = words[operator];
      if (word === undefined) throw badRequest(`"${operator}" is not a valid label selector operator`);
      return check({ key, operator: word, values });
    }),
  ];
}

export function matchesLabels(selector: LabelSelector, labels: Labels): boolean {
  return selector.every((requirement) => matchesRequirement(requirement, labels));
}

/** The text form again, for a query. */
export function formatLabelSelector(selector: LabelSelector): string {
  return selector
    .map(({ key, operator, values }) => {
      if (operator === "exists") return key;
      if (operator === "!") return `!${key}`;
      if (operator === "in" || operator === "notin") return `${key} ${operator} (${values.join(",")})`;
      return `${key}${operator}${values[0] ?? ""}`;
    })
    .join(",");
}

function matchesRequirement({ key, operator, values }: LabelRequirement, labels: Labels): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "exists":
      return value !== undefined;
    case "!":
      return value === undefined;
    case "=":
    case "in":
      return value !== undefined && values.includes(value);
    case "!=":
    case "notin":
      return value === undefined || !values.includes(value);
    case ">":
      return isInteger(value) && BigInt(value) > BigInt(values[0] ?? "0");
    case "<":
      return isInteger(value) && BigInt(value) < BigInt(values[0] ?? "0");
  }
}

function isInteger(text: string | undefined): text is string {
  return text !== undefined && /^[+-]?[0-9]+$/.test(text);
}

function check(requirement: LabelRequirement): LabelRequirement {
  const { key, operator, values } = requirement;
  const problems = qualifiedName(key).map((error) => invalid("key", key, error));
  if ((operator === "in" || operator === "notin") && values.length === 0) {
    problems.push(invalid("values", [], "for 'in', 'notin' operators, values set can't be empty"));
  }
  if ((operator === ">" || operator === "<") && !isInteger(values[0])) {
    problems.push(invalid("values[0]", values[0], "for 'Gt', 'Lt' operators, the value must be an integer"));
  }
  values.forEach((value, index) => {
    problems.push(...labelValue(value).map((error) => invalid(`values[${index}][${key}]`, value, error)));
  });
  const [problem] = problems;
  if (problem === undefined) return requirement;
  throw badRequest(`unable to parse requirement: ${formatProblem(problem)}`);
}

function unexpected(token: Token, expected: string, comma = ",") {
  return badRequest(`unable to parse requirement: found '${token.text}'${comma} expected: ${expected}`);
}
