import { type Infer, listAtomic, map, object, optional, string } from "../../schema.ts";

export const LabelSelectorRequirement = object({
  key: string({ pb: 1 }),
  operator: string({ pb: 2 }),
  values: optional(listAtomic(string(), { pb: 3 })),
});
export interface LabelSelectorRequirement extends Infer<typeof LabelSelectorRequirement> {}

export const LabelSelector = object(
  {
    matchLabels: optional(map(string(), { pb: 1 })),
    matchExpressions: optional(listAtomic(LabelSelectorRequirement, { pb: 2 })),
  },
  { "x-kubernetes-map-type": "atomic" },
);
export interface LabelSelector extends Infer<typeof LabelSelector> {}
