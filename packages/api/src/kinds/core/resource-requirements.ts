import { type Infer, listMap, map, object, optional, quantity, string } from "../../schema.ts";

export const ResourceClaim = object({
  name: string({ pb: 1 }),
  request: optional(string({ pb: 2 })),
});
export interface ResourceClaim extends Infer<typeof ResourceClaim> {}

export const ResourceRequirements = object({
  limits: optional(map(quantity(), { pb: 1 })),
  requests: optional(map(quantity(), { pb: 2 })),
  claims: optional(listMap(["name"], ResourceClaim, { pb: 3 })),
});
export interface ResourceRequirements extends Infer<typeof ResourceRequirements> {}
