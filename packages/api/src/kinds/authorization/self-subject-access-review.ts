import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { having, type Infer, object, optional } from "../../schema.ts";
import { NonResourceAttributes, ResourceAttributes, SubjectAccessReviewStatus } from "./attributes.ts";

const selfSubjectAccessReviewSchema = kindObject("Asks whether the asker may do something.", {
  spec: object(
    {
      resourceAttributes: optional(having(ResourceAttributes, { pb: 1 })),
      nonResourceAttributes: optional(having(NonResourceAttributes, { pb: 2 })),
    },
    { pb: 2 },
  ),
  status: optional(having(SubjectAccessReviewStatus, { description: "What became of it.", pb: 3 })),
});
export interface SelfSubjectAccessReview extends Infer<typeof selfSubjectAccessReviewSchema> {}

export const SelfSubjectAccessReview: Kind<SelfSubjectAccessReview> = {
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SelfSubjectAccessReview",
  plural: "selfsubjectaccessreviews",
  singular: "selfsubjectaccessreview",
  namespaced: false,
  builtIn: true,
  schema: selfSubjectAccessReviewSchema,
};
