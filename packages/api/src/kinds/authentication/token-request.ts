import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { having, type Infer, int64, listAtomic, object, optional, string, timestamp } from "../../schema.ts";

export const BoundObjectReference = object({
  kind: optional(string({ pb: 1 })),
  apiVersion: optional(string({ pb: 2 })),
  name: optional(string({ pb: 3 })),
  uid: optional(string({ pb: 4 })),
});
export interface BoundObjectReference extends Infer<typeof BoundObjectReference> {}

const tokenRequestSchema = kindObject("Asks for a token of a service account.", {
  spec: object(
    {
      audiences: optional(listAtomic(string(), { pb: 1 })),
      expirationSeconds: optional(int64({ pb: 4 })),
      boundObjectRef: optional(having(BoundObjectReference, { pb: 3 })),
    },
    { pb: 2 },
  ),
  status: optional(
    object(
      {
        token: string({ pb: 1 }),
        expirationTimestamp: timestamp({ pb: 2 }),
      },
      { pb: 3 },
    ),
  ),
});
export interface TokenRequest extends Infer<typeof tokenRequestSchema> {}

export const TokenRequest: Kind<TokenRequest> = {
  group: "authentication.k8s.io",
  version: "v1",
  kind: "TokenRequest",
  plural: "tokenrequests",
  singular: "tokenrequest",
  namespaced: true,
  builtIn: true,
  schema: tokenRequestSchema,
};
