import type { SpiderIPPoolSpec } from "../../../kinds/spiderpool/spider-ip-pool.ts";
import { invalid, type Problem } from "../../../problem.ts";
import { validateLabelSelector } from "../../validate/label-selector.ts";

const selectors = ["podAffinity", "namespaceAffinity", "nodeAffinity"] as const;

export function validateAffinities(spec: SpiderIPPoolSpec): readonly Problem[] {
  const { podAffinity } = spec;
  const count = Object.keys(podAffinity?.matchLabels ?? {}).length + (podAffinity?.matchExpressions ?? []).length;
  return [
    ...selectors.flatMap((field) => validateLabelSelector(spec[field] ?? {}, `spec.${field}`)),
    ...(podAffinity && count === 0
      ? [invalid("spec.podAffinity", podAffinity, "empty podAffinity is invalid for SpiderIPPool")]
      : []),
  ];
}
