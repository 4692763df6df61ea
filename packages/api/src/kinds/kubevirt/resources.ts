import { boolean, type Infer, map, object, optional, quantity } from "../../schema.ts";

export const PlainResourceRequirements = object({
  limits: optional(map(quantity())),
  requests: optional(map(quantity())),
});
export interface PlainResourceRequirements extends Infer<typeof PlainResourceRequirements> {}

export const DomainResources = object({
  limits: optional(map(quantity())),
  overcommitGuestOverhead: optional(boolean()),
  requests: optional(map(quantity())),
});
export interface DomainResources extends Infer<typeof DomainResources> {}
