import { type Infer, object, optional, string } from "../../schema.ts";

export const PodResourceClaim = object({
  name: string({ pb: 1 }),
  resourceClaimName: optional(string({ pb: 3 })),
  resourceClaimTemplateName: optional(string({ pb: 4 })),
});
export interface PodResourceClaim extends Infer<typeof PodResourceClaim> {}
