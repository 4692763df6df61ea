import { type Infer, listAtomic, object, oneOf, optional, string } from "../../schema.ts";

export const NodeSelectorRequirement = object({
  key: string({ pb: 1 }),
  operator: oneOf(["DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn"], { pb: 2 }),
  values: optional(listAtomic(string(), { pb: 3 })),
});
export interface NodeSelectorRequirement extends Infer<typeof NodeSelectorRequirement> {}

export const NodeSelectorTerm = object(
  {
    matchExpressions: optional(listAtomic(NodeSelectorRequirement, { pb: 1 })),
    matchFields: optional(listAtomic(NodeSelectorRequirement, { pb: 2 })),
  },
  { "x-kubernetes-map-type": "atomic" },
);
export interface NodeSelectorTerm extends Infer<typeof NodeSelectorTerm> {}

export const NodeSelector = object(
  {
    nodeSelectorTerms: listAtomic(NodeSelectorTerm, { pb: 1 }),
  },
  { "x-kubernetes-map-type": "atomic" },
);
export interface NodeSelector extends Infer<typeof NodeSelector> {}
