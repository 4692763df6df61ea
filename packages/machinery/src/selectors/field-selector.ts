import { badRequest } from "../errors/refusals.ts";

export interface FieldRequirement {
  /** `metadata.name`, `spec.nodeName` */
  readonly path: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

/** All must hold; an empty list selects everything. */
export type FieldSelector = readonly FieldRequirement[];

/**
 * Reads `metadata.name=a,status.phase!=Failed`. A backslash escapes a comma, an equals sign or itself.
 *
 * @throws {ApiError} BadRequest with Kubernetes' sentence
 */
export function parseFieldSelector(text: string): FieldSelector {
  return splitTerms(text)
    .filter((term) => term !== "")
    .map((term) => {
      const match = /^((?:\\.|[^\\=!])*?)(==|!=|=)(.*)$/s.exec(term);
      if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
      const [, path = "", operator, value = ""] = match;
      return { path, operator: operator === "!=" ? "!=" : "=", value: unescapeValue(value, text) } as const;
    });
}

/** @param fieldOf  a field's value as text; `""` where there is none */
export function matchesFields(selector: FieldSelector, fieldOf: (path: string) => string): boolean {
  return selector.every(({ path, operator, value }) => (fieldOf(path) === value) === (operator === "="));
}

/** The value that the selector demands of a field, where it demands one: `metadata.name=x` need not look at everything. */
export function requiredField(selector: FieldSelector, path: string): string | undefined {
  return selector.find((requirement) => requirement.path === path && requirement.operator === "=")?.value;
}

/** The text form again, for a query. */
export function formatFieldSelector(selector: FieldSelector): string {
  return selector
    .map(({ path, operator, value }) => `${path}${operator}${value.replaceAll(/[\\,=]/g, "\\$&")}`)
    .join(",");
}

function splitTerms(text: string): readonly string[] {
  return text.match(/(?:\\.|[^\\,]|\\$)+/gs) ?? [];
}

function unescapeValue(value: string, text: string): string {
  if (!/^(?:[^\\=]|\\[\\,=])*$/s.test(value)) {
    throw badRequest(`invalid selector: '${text}'; can't understand '${value}'`);
  }
  return value.replaceAll(/\\([\\,=])/g, "$1");
}
