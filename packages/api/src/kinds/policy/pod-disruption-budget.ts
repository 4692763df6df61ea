import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import {
  having,
  type Infer,
  int32,
  int64,
  intOrString,
  listMap,
  map,
  object,
  oneOf,
  optional,
  timestamp,
} from "../../schema.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { StandardCondition } from "../meta/standard-condition.ts";

const podDisruptionBudgetSchema = kindObject("How many pods of a set may be away at once.", {
  spec: optional(
    object(
      {
        minAvailable: optional(intOrString({ pb: 1 })),
        selector: optional(having(LabelSelector, { "x-kubernetes-patch-strategy": "replace", pb: 2 })),
        maxUnavailable: optional(intOrString({ pb: 3 })),
        unhealthyPodEvictionPolicy: optional(oneOf(["AlwaysAllow", "IfHealthyBudget"], { pb: 4 })),
      },
      { pb: 2 },
    ),
  ),
  status: optional(
    object(
      {
        observedGeneration: optional(int64({ pb: 1 })),
        disruptedPods: optional(map(timestamp(), { pb: 2 })),
        disruptionsAllowed: int32({ pb: 3 }),
        currentHealthy: int32({ pb: 4 }),
        desiredHealthy: int32({ pb: 5 }),
        expectedPods: int32({ pb: 6 }),
        conditions: optional(
          listMap(["type"], StandardCondition, {
            "x-kubernetes-patch-strategy": "merge",
            "x-kubernetes-patch-merge-key": "type",
            pb: 7,
          }),
        ),
      },
      { pb: 3 },
    ),
  ),
});
export interface PodDisruptionBudget extends Infer<typeof podDisruptionBudgetSchema> {}

export const PodDisruptionBudget: Kind<PodDisruptionBudget> = {
  group: "policy",
  version: "v1",
  kind: "PodDisruptionBudget",
  plural: "poddisruptionbudgets",
  singular: "poddisruptionbudget",
  shortNames: ["pdb"],
  namespaced: true,
  subresources: { status: true },
  builtIn: true,
  schema: podDisruptionBudgetSchema,
};
