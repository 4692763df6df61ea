import { bytes, having, type Infer, int32, listAtomic, object, oneOf, optional, string } from "../../schema.ts";

export const WebhookServiceReference = object({
  namespace: string({ pb: 1 }),
  name: string({ pb: 2 }),
  path: optional(string({ pb: 3 })),
  port: optional(int32({ pb: 4 })),
});
export interface WebhookServiceReference extends Infer<typeof WebhookServiceReference> {}

export const WebhookClientConfig = object({
  url: optional(string({ pb: 3 })),
  service: optional(having(WebhookServiceReference, { pb: 1 })),
  caBundle: optional(bytes({ pb: 2 })),
});
export interface WebhookClientConfig extends Infer<typeof WebhookClientConfig> {}

export const RuleWithOperations = object({
  operations: optional(listAtomic(oneOf(["*", "CONNECT", "CREATE", "DELETE", "UPDATE"]), { pb: 1 })),
  apiGroups: optional(listAtomic(string(), { pb: "2.1" })),
  apiVersions: optional(listAtomic(string(), { pb: "2.2" })),
  resources: optional(listAtomic(string(), { pb: "2.3" })),
  scope: optional(oneOf(["*", "Cluster", "Namespaced"], { pb: "2.4" })),
});
export interface RuleWithOperations extends Infer<typeof RuleWithOperations> {}

export const MatchCondition = object({
  name: string({ pb: 1 }),
  expression: string({ pb: 2 }),
});
export interface MatchCondition extends Infer<typeof MatchCondition> {}
