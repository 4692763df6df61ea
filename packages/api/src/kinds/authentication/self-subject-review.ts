import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { having, type Infer, object, optional } from "../../schema.ts";
import { UserInfo } from "./user-info.ts";

const selfSubjectReviewSchema = kindObject("Asks who the asker is.", {
  status: optional(
    object(
      {
        userInfo: optional(having(UserInfo, { pb: 1 })),
      },
      { pb: 2 },
    ),
  ),
});
export interface SelfSubjectReview extends Infer<typeof selfSubjectReviewSchema> {}

export const SelfSubjectReview: Kind<SelfSubjectReview> = {
  group: "authentication.k8s.io",
  version: "v1",
  kind: "SelfSubjectReview",
  plural: "selfsubjectreviews",
  singular: "selfsubjectreview",
  namespaced: false,
  builtIn: true,
  schema: selfSubjectReviewSchema,
};
