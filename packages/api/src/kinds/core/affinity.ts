import { having, type Infer, int32, listAtomic, object, optional, string } from "../../schema.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { NodeSelector, NodeSelectorTerm } from "./node-selector.ts";

export const PreferredSchedulingTerm = object({
  weight: int32({ default: 0, pb: 1 }),
  preference: having(NodeSelectorTerm, { pb: 2 }),
});
export interface PreferredSchedulingTerm extends Infer<typeof PreferredSchedulingTerm> {}

export const NodeAffinity = object({
  requiredDuringSchedulingIgnoredDuringExecution: optional(having(NodeSelector, { pb: 1 })),
  preferredDuringSchedulingIgnoredDuringExecution: optional(listAtomic(PreferredSchedulingTerm, { pb: 2 })),
});
export interface NodeAffinity extends Infer<typeof NodeAffinity> {}

export const PodAffinityTerm = object({
  labelSelector: optional(having(LabelSelector, { pb: 1 })),
  namespaces: optional(listAtomic(string(), { pb: 2 })),
  topologyKey: string({ pb: 3 }),
  namespaceSelector: optional(having(LabelSelector, { pb: 4 })),
  matchLabelKeys: optional(listAtomic(string(), { pb: 5 })),
  mismatchLabelKeys: optional(listAtomic(string(), { pb: 6 })),
});
export interface PodAffinityTerm extends Infer<typeof PodAffinityTerm> {}

export const WeightedPodAffinityTerm = object({
  weight: int32({ default: 0, pb: 1 }),
  podAffinityTerm: having(PodAffinityTerm, { pb: 2 }),
});
export interface WeightedPodAffinityTerm extends Infer<typeof WeightedPodAffinityTerm> {}

export const PodAffinity = object({
  requiredDuringSchedulingIgnoredDuringExecution: optional(listAtomic(PodAffinityTerm, { pb: 1 })),
  preferredDuringSchedulingIgnoredDuringExecution: optional(listAtomic(WeightedPodAffinityTerm, { pb: 2 })),
});
export interface PodAffinity extends Infer<typeof PodAffinity> {}

export const PodAntiAffinity = object({
  requiredDuringSchedulingIgnoredDuringExecution: optional(listAtomic(PodAffinityTerm, { pb: 1 })),
  preferredDuringSchedulingIgnoredDuringExecution: optional(listAtomic(WeightedPodAffinityTerm, { pb: 2 })),
});
export interface PodAntiAffinity extends Infer<typeof PodAntiAffinity> {}

export const Affinity = object({
  nodeAffinity: optional(having(NodeAffinity, { pb: 1 })),
  podAffinity: optional(having(PodAffinity, { pb: 2 })),
  podAntiAffinity: optional(having(PodAntiAffinity, { pb: 3 })),
});
export interface Affinity extends Infer<typeof Affinity> {}
