import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { having, type Infer, int32, listAtomic, listMap, object, oneOf, optional, string } from "../../schema.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { MatchCondition, RuleWithOperations, WebhookClientConfig } from "./webhook.ts";

export const ValidatingWebhook = object({
  name: string({ pb: 1 }),
  clientConfig: having(WebhookClientConfig, { pb: 2 }),
  rules: optional(listAtomic(RuleWithOperations, { pb: 3 })),
  failurePolicy: optional(oneOf(["Fail", "Ignore"], { pb: 4 })),
  matchPolicy: optional(oneOf(["Equivalent", "Exact"], { pb: 9 })),
  namespaceSelector: optional(having(LabelSelector, { pb: 5 })),
  objectSelector: optional(having(LabelSelector, { pb: 10 })),
  sideEffects: oneOf(["None", "NoneOnDryRun", "Some", "Unknown"], { pb: 6 }),
  timeoutSeconds: optional(int32({ pb: 7 })),
  admissionReviewVersions: listAtomic(string(), { pb: 8 }),
  matchConditions: optional(
    listMap(["name"], MatchCondition, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
      pb: 11,
    }),
  ),
});
export interface ValidatingWebhook extends Infer<typeof ValidatingWebhook> {}

const validatingWebhookConfigurationSchema = kindObject("Whom to ask whether objects may be stored.", {
  webhooks: optional(
    listMap(["name"], ValidatingWebhook, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
      pb: 2,
    }),
  ),
});
export interface ValidatingWebhookConfiguration extends Infer<typeof validatingWebhookConfigurationSchema> {}

export const ValidatingWebhookConfiguration: Kind<ValidatingWebhookConfiguration> = {
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingWebhookConfiguration",
  plural: "validatingwebhookconfigurations",
  singular: "validatingwebhookconfiguration",
  categories: ["api-extensions"],
  namespaced: false,
  builtIn: true,
  schema: validatingWebhookConfigurationSchema,
};
