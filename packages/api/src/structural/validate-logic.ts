import { isRecord, ownField } from "../deep-equal.ts";
import { childPath, invalid, type Problem, required } from "../problem.ts";
import type { SchemaNode } from "../schema.ts";
import { typeProblem, validateValue } from "./validate-value.ts";

/** `allOf`, `anyOf`, `oneOf` and `not`. */
export function validateLogic(schema: SchemaNode, value: unknown, path: string): Problem[] {
  const problems: Problem[] = [];
  const say = (sentence: string) => problems.push(invalid("<nil>", "", `"${path}" must ${sentence}`));
  if (schema.anyOf) {
    const tried = schema.anyOf.map((branch) => validateBranch(branch, value, path));
    if (tried.every(hasProblems)) {
      say("validate at least one schema (anyOf)");
      problems.push(...(tried[0] ?? []));
    }
  }
  if (schema.oneOf) {
    const tried = schema.oneOf.map((branch) => validateBranch(branch, value, path));
    const valid = tried.filter((branch) => !hasProblems(branch)).length;
    if (valid !== 1) {
      say(`validate one and only one schema (oneOf). Found ${valid === 0 ? "none" : valid} valid`);
      if (valid === 0) problems.push(...(tried[0] ?? []));
    }
  }
  if (schema.allOf) {
    const found = schema.allOf.flatMap((branch) => validateBranch(branch, value, path));
    if (found.length > 0) {
      say("validate all the schemas (allOf)");
      problems.push(...found);
    }
  }
  if (schema.not && !hasProblems(validateBranch(schema.not, value, path))) say("not validate the schema (not)");
  return problems;
}

/** Branches only restrict values: what is structural stands outside of them. */
function validateBranch(schema: SchemaNode, value: unknown, path: string): Problem[] {
  const mismatch = typeProblem(schema, value, path);
  if (mismatch) return [mismatch];
  const problems = [...validateValue(schema, value, path), ...validateLogic(schema, value, path)];
  if (isRecord(value)) {
    for (const name of schema.required ?? []) {
      if (ownField(value, name) === undefined) problems.push(required(childPath(path, name)));
    }
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const child = ownField(value, name);
      if (child !== undefined) problems.push(...validateBranch(property, child, childPath(path, name)));
    }
    if (schema.additionalProperties) {
      for (const [name, child] of Object.entries(value)) {
        if (schema.properties && Object.hasOwn(schema.properties, name)) continue;
        problems.push(...validateBranch(schema.additionalProperties, child, childPath(path, name)));
      }
    }
  }
  if (Array.isArray(value) && schema.items) {
    const { items } = schema;
    problems.push(...value.flatMap((item, index) => validateBranch(items, item, childPath(path, index))));
  }
  return problems;
}

function hasProblems(problems: readonly Problem[]): boolean {
  return problems.length > 0;
}
