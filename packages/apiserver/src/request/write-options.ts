import {
  type FieldProblem,
  forbiddenValue,
  invalid,
  invalidValue,
  requiredValue,
  tooLongValue,
  unsupportedValue,
} from "@peapod/machinery";
import { isTrue } from "./request-info.ts";

/** The query of a create, update or patch. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: "Ignore" | "Warn" | "Strict";
  readonly force: boolean;
}

const validations = ["", "Ignore", "Strict", "Warn"];
const maxManagerBytes = 128;

/**
 * @param kind  names the options in errors
 * @throws {ApiError} Invalid, in Kubernetes' sentences
 */
export function readWriteOptions(
  query: URLSearchParams,
  kind: "CreateOptions" | "UpdateOptions" | "PatchOptions",
  { userAgent, isApply }: { readonly userAgent: string | null; readonly isApply: boolean },
): WriteOptions {
  const dryRun = query.getAll("dryRun").filter((value) => value !== "");
  const manager = query.get("fieldManager") ?? "";
  const validation = query.get("fieldValidation") ?? "";
  const problems: FieldProblem[] = [];
  if (isApply && manager === "") problems.push(requiredValue("fieldManager", "is required for apply patch"));
  if (kind === "PatchOptions" && !isApply && query.has("force")) {
    problems.push(forbiddenValue("force", "may not be specified for non-apply patch"));
  }
  problems.push(...managerProblems(manager), ...dryRunProblems(dryRun));
  if (!validations.includes(validation)) {
    problems.push(unsupportedValue("fieldValidation", validation, validations));
  }
  if (problems.length > 0) throw invalid({ group: "meta.k8s.io", kind }, "", problems);
  return {
    dryRun: dryRun.length > 0,
    fieldManager: manager === "" ? managerOf(userAgent) : manager,
    fieldValidation: validation === "Strict" || validation === "Ignore" ? validation : "Warn",
    force: isTrue(query.get("force")),
  };
}

export function dryRunProblems(values: readonly string[]): readonly FieldProblem[] {
  return values.every((value) => value === "All") ? [] : [unsupportedValue("dryRun", values, ["All"])];
}

/** Without a name of its own a manager is the program: what its User-Agent says before the first slash. */
function managerOf(userAgent: string | null): string {
  const program = (userAgent ?? "").split("/", 1)[0] ?? "";
  const bytes = Buffer.from(program).subarray(0, maxManagerBytes).toString();
  return bytes === "" ? "unknown" : bytes;
}

function managerProblems(manager: string): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (Buffer.byteLength(manager) > maxManagerBytes) problems.push(tooLongValue("fieldManager", maxManagerBytes));
  for (const [index, character] of [...manager].entries()) {
    if (!/\p{Cc}|\p{Cf}|\p{Co}|\p{Cn}/u.test(character)) continue;
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    problems.push(invalidValue("fieldManager", manager, `invalid character U+${code} (at position ${index})`));
  }
  return problems;
}
