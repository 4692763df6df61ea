import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { boolean, type Infer, listAtomic, object, optional, string } from "../../schema.ts";

export const ResourceRule = object({
  verbs: listAtomic(string(), { pb: 1 }),
  apiGroups: optional(listAtomic(string(), { pb: 2 })),
  resources: optional(listAtomic(string(), { pb: 3 })),
  resourceNames: optional(listAtomic(string(), { pb: 4 })),
});
export interface ResourceRule extends Infer<typeof ResourceRule> {}

export const NonResourceRule = object({
  verbs: listAtomic(string(), { pb: 1 }),
  nonResourceURLs: optional(listAtomic(string(), { pb: 2 })),
});
export interface NonResourceRule extends Infer<typeof NonResourceRule> {}

const selfSubjectRulesReviewSchema = kindObject("Asks what the asker may do in a namespace.", {
  spec: object(
    {
      namespace: optional(string({ pb: 1 })),
    },
    { pb: 2 },
  ),
  status: optional(
    object(
      {
        resourceRules: optional(listAtomic(ResourceRule, { pb: 1 })),
        nonResourceRules: optional(listAtomic(NonResourceRule, { pb: 2 })),
        incomplete: boolean({ pb: 3 }),
        evaluationError: optional(string({ pb: 4 })),
      },
      { pb: 3 },
    ),
  ),
});
export interface SelfSubjectRulesReview extends Infer<typeof selfSubjectRulesReviewSchema> {}

export const SelfSubjectRulesReview: Kind<SelfSubjectRulesReview> = {
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SelfSubjectRulesReview",
  plural: "selfsubjectrulesreviews",
  singular: "selfsubjectrulesreview",
  namespaced: false,
  builtIn: true,
  schema: selfSubjectRulesReviewSchema,
};
