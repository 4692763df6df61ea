import { admissions } from "../admissions/all.ts";
import type { Kind, KubeObject } from "../kind.ts";
import { formatProblem } from "../problem.ts";
import { applyDefaults } from "../structural/defaults.ts";
import { prune } from "../structural/prune.ts";
import { validateStructural } from "../structural/validate.ts";
import { review } from "./review.ts";

export interface Admitted<T> {
  /** As it would be stored. */
  readonly object: T;
  /** `path: sentence` of everything wrong. */
  readonly said: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Sends an object of one kind through what the API server sends it through: pruning and defaults, mutation, those again, the schema's
 * validation and, where that has no complaints, admission's.
 */
export function admitAs<T extends KubeObject>(
  kind: Kind<T>,
  given: object,
  options: Parameters<typeof review<T>>[1] = {},
): Admitted<T> {
  const ours = admissions.filter((admission) => admission.kind === (kind as Kind));
  const ask = (object: T) => review<KubeObject>(object, options);
  const normalize = (object: unknown) => applyDefaults(kind.schema, prune(kind.schema, object)) as T; // by its schema
  let object = normalize(given);
  const warnings: string[] = [];
  for (const admission of ours) {
    warnings.push(...(admission.announce?.(ask(object)) ?? []));
    object = normalize(admission.mutate?.(ask(object)) ?? object);
  }
  const structural = validateStructural(kind.schema, object);
  const problems =
    structural.length > 0 ? structural : ours.flatMap((admission) => admission.validate?.(ask(object)) ?? []);
  warnings.push(...ours.flatMap((admission) => admission.warn?.(ask(object)) ?? []));
  return { object, said: problems.map(formatProblem), warnings };
}
