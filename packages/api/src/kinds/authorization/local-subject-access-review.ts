import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { having, type Infer, optional } from "../../schema.ts";
import { SubjectAccessReviewStatus } from "./attributes.ts";
import { SubjectAccessReviewSpec } from "./subject-access-review.ts";

const localSubjectAccessReviewSchema = kindObject("Asks whether someone may do something in a namespace.", {
  spec: having(SubjectAccessReviewSpec, { description: "What is wanted.", pb: 2 }),
  status: optional(having(SubjectAccessReviewStatus, { description: "What became of it.", pb: 3 })),
});
export interface LocalSubjectAccessReview extends Infer<typeof localSubjectAccessReviewSchema> {}

export const LocalSubjectAccessReview: Kind<LocalSubjectAccessReview> = {
  group: "authorization.k8s.io",
  version: "v1",
  kind: "LocalSubjectAccessReview",
  plural: "localsubjectaccessreviews",
  singular: "localsubjectaccessreview",
  namespaced: true,
  builtIn: true,
  schema: localSubjectAccessReviewSchema,
};
