import type { Admission, AdmissionReview } from "../../admission.ts";
import type { KubeObject } from "../../kind.ts";
import { validateStructural } from "../../structural/validate.ts";

/**
 * Mutation comes before the schema's validation: objects that do not fit their schema, or are going, are left alone, for that to refuse
 * or for others to finish.
 */
export function forFitting<T extends KubeObject>(
  admission: Admission<T> & { mutate(review: AdmissionReview<T>): T },
): Admission<T> {
  const isLeftAlone = ({ object, operation }: AdmissionReview<T>) =>
    operation === "DELETE" ||
    object.metadata.deletionTimestamp !== undefined ||
    validateStructural(admission.kind.schema, object).length > 0;
  return {
    ...admission,
    announce: (review) => (isLeftAlone(review) ? [] : (admission.announce?.(review) ?? [])),
    mutate: (review) => (isLeftAlone(review) ? review.object : admission.mutate(review)),
  };
}
