import { boolean, type Infer, listAtomic, object, optional, string } from "../../schema.ts";

export const SelectorRequirement = object({
  key: string({ pb: 1 }),
  operator: string({ pb: 2 }),
  values: optional(listAtomic(string(), { pb: 3 })),
});
export interface SelectorRequirement extends Infer<typeof SelectorRequirement> {}

export const ResourceAttributes = object({
  namespace: optional(string({ pb: 1 })),
  verb: optional(string({ pb: 2 })),
  group: optional(string({ pb: 3 })),
  version: optional(string({ pb: 4 })),
  resource: optional(string({ pb: 5 })),
  subresource: optional(string({ pb: 6 })),
  name: optional(string({ pb: 7 })),
  fieldSelector: optional(
    object(
      {
        rawSelector: optional(string({ pb: 1 })),
        requirements: optional(listAtomic(SelectorRequirement, { pb: 2 })),
      },
      { pb: 8 },
    ),
  ),
  labelSelector: optional(
    object(
      {
        rawSelector: optional(string({ pb: 1 })),
        requirements: optional(listAtomic(SelectorRequirement, { pb: 2 })),
      },
      { pb: 9 },
    ),
  ),
});
export interface ResourceAttributes extends Infer<typeof ResourceAttributes> {}

export const NonResourceAttributes = object({
  path: optional(string({ pb: 1 })),
  verb: optional(string({ pb: 2 })),
});
export interface NonResourceAttributes extends Infer<typeof NonResourceAttributes> {}

export const SubjectAccessReviewStatus = object({
  allowed: boolean({ pb: 1 }),
  denied: optional(boolean({ pb: 4 })),
  reason: optional(string({ pb: 2 })),
  evaluationError: optional(string({ pb: 3 })),
});
export interface SubjectAccessReviewStatus extends Infer<typeof SubjectAccessReviewStatus> {}
