import { formatError } from "@peapod/machinery";

/** `Error: …` and, where the error knows a way out, `Try: …`; on stderr. */
export function describeFailure(error: unknown): string {
  const advice =
    error instanceof Error && "advice" in error && typeof error.advice === "string" ? error.advice : undefined;
  return `Error: ${formatError(error)}${advice === undefined ? "" : `\nTry:   ${advice}`}`;
}
