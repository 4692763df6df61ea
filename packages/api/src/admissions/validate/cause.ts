import type { Problem } from "../../problem.ts";

/** A problem in upstream's own words, which have no type word before them. */
export function cause(path: string, message: string, reason: Problem["reason"] = "FieldValueInvalid"): Problem {
  return { path, message, reason };
}
