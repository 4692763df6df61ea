import type { Admission, AdmissionReview } from "../../admission.ts";
import { defaultPoolsAnnotations } from "../../annotations/pools.ts";
import { findNamespaceAnnotationProblems, findNetworkAnnotationProblems } from "../../annotations/problems.ts";
import { Namespace } from "../../kinds/core/namespace.ts";
import { Pod } from "../../kinds/core/pod.ts";

const path = "metadata.annotations";

/** A pod that asks for networks or addresses in words that nobody can read is refused, before it waits for them in vain. */
export const podAnnotationsAdmission: Admission<Pod> = {
  kind: Pod,
  webhookName: "pods.spiderpool.spidernet.io",
  validate: ({ object, operation }) =>
    operation === "CREATE" ? findNetworkAnnotationProblems(object.metadata.annotations ?? {}, path) : [],
};

/** The same of the pools that a namespace names for its pods. */
export const namespaceAnnotationsAdmission: Admission<Namespace> = {
  kind: Namespace,
  webhookName: "namespaces.spiderpool.spidernet.io",
  validate: (review) =>
    review.operation !== "DELETE" && saysOtherwise(review)
      ? findNamespaceAnnotationProblems(review.object.metadata.annotations ?? {}, path)
      : [],
};

function saysOtherwise({ object, oldObject }: AdmissionReview<Namespace>): boolean {
  return Object.values(defaultPoolsAnnotations).some(
    (key) => object.metadata.annotations?.[key] !== oldObject?.metadata.annotations?.[key],
  );
}
