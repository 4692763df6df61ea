import { RE2JS } from "re2js";

const compiled = new Map<string, RE2JS>();

/**
 * Tells whether a pattern occurs in the text. Patterns are Go's (RE2), as in every CRD: linear in time, so that no manifest can stall
 * us, and without JavaScript's dialect.
 *
 * @throws when the pattern is no regular expression
 */
export function matchesPattern(pattern: string, text: string): boolean {
  let expression = compiled.get(pattern);
  if (!expression) {
    expression = RE2JS.compile(pattern);
    if (compiled.size > 1000) compiled.clear(); // patterns come from CRDs, of which users may make any number
    compiled.set(pattern, expression);
  }
  return expression.test(text);
}
