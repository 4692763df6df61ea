import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { array, having, type Infer, listAtomic, map, object, optional, string } from "../../schema.ts";
import { NonResourceAttributes, ResourceAttributes, SubjectAccessReviewStatus } from "./attributes.ts";

export const SubjectAccessReviewSpec = object({
  resourceAttributes: optional(having(ResourceAttributes, { pb: 1 })),
  nonResourceAttributes: optional(having(NonResourceAttributes, { pb: 2 })),
  user: optional(string({ pb: 3 })),
  groups: optional(listAtomic(string(), { pb: 4 })),
  extra: optional(map(array(string()), { pb: 5 })),
  uid: optional(string({ pb: 6 })),
});
export interface SubjectAccessReviewSpec extends Infer<typeof SubjectAccessReviewSpec> {}

const subjectAccessReviewSchema = kindObject("Asks whether someone may do something.", {
  spec: having(SubjectAccessReviewSpec, { description: "What is wanted.", pb: 2 }),
  status: optional(having(SubjectAccessReviewStatus, { description: "What became of it.", pb: 3 })),
});
export interface SubjectAccessReview extends Infer<typeof subjectAccessReviewSchema> {}

export const SubjectAccessReview: Kind<SubjectAccessReview> = {
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SubjectAccessReview",
  plural: "subjectaccessreviews",
  singular: "subjectaccessreview",
  namespaced: false,
  builtIn: true,
  schema: subjectAccessReviewSchema,
};
