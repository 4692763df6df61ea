import type { Admission, AdmissionReview } from "../../../admission.ts";
import { deepEqual } from "../../../deep-equal.ts";
import { SpiderCoordinator } from "../../../kinds/spiderpool/spider-coordinator.ts";
import { notSupported, type Problem } from "../../../problem.ts";
import { forFitting } from "../fitting.ts";
import { withCoordinatorDefaults } from "./defaults.ts";
import { podCIDRTypeProblem, validateCoordinatorSpec } from "./validate.ts";

type Review = AdmissionReview<SpiderCoordinator>;

export const spiderCoordinatorAdmission: Admission<SpiderCoordinator> = forFitting({
  kind: SpiderCoordinator,
  webhookName: "spidercoordinator.spiderpool.spidernet.io",
  namesObject: true,
  mutate: ({ object }) => ({ ...object, spec: withCoordinatorDefaults(object.spec ?? {}) }),
  validate,
});

/** What everybody inherits has to be said: here, other than in a network's own settings, nothing may be left open. */
function validate({ object, oldObject, operation }: Review): readonly Problem[] {
  if (operation === "DELETE" || (oldObject && deepEqual(object.spec, oldObject.spec))) return [];
  const spec = object.spec ?? {};
  return [
    ...(spec.podCIDRType === undefined ? [podCIDRTypeProblem("")] : []),
    ...(spec.podRPFilter === undefined ? [notSupported("spec.podRPFilter", undefined, ["0", "1", "2"])] : []),
    ...validateCoordinatorSpec(spec),
  ];
}
