import type { Admission } from "../admission.ts";
import type { Problem } from "../problem.ts";

const shown = 10;

/**
 * The message of the `Invalid` Status when an admission finds problems. The causes carry them all; the sentence names the first ten, as
 * upstream's webhooks do.
 */
export function formatDenial(admission: Pick<Admission, "webhookName">, problems: readonly Problem[]): string {
  const sentences = problems.slice(0, shown).map((problem) => problem.message);
  const more = problems.length > shown ? `, and ${problems.length - shown} more validation errors` : "";
  return `admission webhook "${admission.webhookName}" denied the request: ${sentences.join(", ")}${more}`;
}
