import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { boolean, having, type Infer, listAtomic, object, optional, string } from "../../schema.ts";
import { UserInfo } from "./user-info.ts";

const tokenReviewSchema = kindObject("Asks whose token this is.", {
  spec: object(
    {
      token: optional(string({ pb: 1 })),
      audiences: optional(listAtomic(string(), { pb: 2 })),
    },
    { pb: 2 },
  ),
  status: optional(
    object(
      {
        authenticated: optional(boolean({ pb: 1 })),
        user: optional(having(UserInfo, { pb: 2 })),
        audiences: optional(listAtomic(string(), { pb: 4 })),
        error: optional(string({ pb: 3 })),
      },
      { pb: 3 },
    ),
  ),
});
export interface TokenReview extends Infer<typeof tokenReviewSchema> {}

export const TokenReview: Kind<TokenReview> = {
  group: "authentication.k8s.io",
  version: "v1",
  kind: "TokenReview",
  plural: "tokenreviews",
  singular: "tokenreview",
  namespaced: false,
  builtIn: true,
  schema: tokenReviewSchema,
};
