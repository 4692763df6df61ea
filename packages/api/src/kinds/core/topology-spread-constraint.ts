import { having, type Infer, int32, listAtomic, object, oneOf, optional, string } from "../../schema.ts";
import { LabelSelector } from "../meta/label-selector.ts";

export const TopologySpreadConstraint = object({
  maxSkew: int32({ default: 0, pb: 1 }),
  topologyKey: string({ pb: 2 }),
  whenUnsatisfiable: oneOf(["DoNotSchedule", "ScheduleAnyway"], { pb: 3 }),
  labelSelector: optional(having(LabelSelector, { pb: 4 })),
  minDomains: optional(int32({ pb: 5 })),
  nodeAffinityPolicy: optional(oneOf(["Honor", "Ignore"], { pb: 6 })),
  nodeTaintsPolicy: optional(oneOf(["Honor", "Ignore"], { pb: 7 })),
  matchLabelKeys: optional(listAtomic(string(), { pb: 8 })),
});
export interface TopologySpreadConstraint extends Infer<typeof TopologySpreadConstraint> {}
