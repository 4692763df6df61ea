import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { having, type Infer, int32, listAtomic, listMap, object, oneOf, optional, string } from "../../schema.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { MatchCondition, RuleWithOperations, WebhookClientConfig } from "./webhook.ts";

export const MutatingWebhook = object({
  name: string({ pb: 1 }),
  clientConfig: having(WebhookClientConfig, { pb: 2 }),
  rules: optional(listAtomic(RuleWithOperations, { pb: 3 })),
  failurePolicy: optional(oneOf(["Fail", "Ignore"], { pb: 4 })),
  matchPolicy: optional(oneOf(["Equivalent", "Exact"], { pb: 9 })),
  namespaceSelector: optional(having(LabelSelector, { pb: 5 })),
  objectSelector: optional(having(LabelSelector, { pb: 11 })),
  sideEffects: oneOf(["None", "NoneOnDryRun", "Some", "Unknown"], { pb: 6 }),
  timeoutSeconds: optional(int32({ pb: 7 })),
  admissionReviewVersions: listAtomic(string(), { pb: 8 }),
  reinvocationPolicy: optional(oneOf(["IfNeeded", "Never"], { pb: 10 })),
  matchConditions: optional(
    listMap(["name"], MatchCondition, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
      pb: 12,
    }),
  ),
});
export interface MutatingWebhook extends Infer<typeof MutatingWebhook> {}

const mutatingWebhookConfigurationSchema = kindObject("Whom to ask to change objects before they are stored.", {
  webhooks: optional(
    listMap(["name"], MutatingWebhook, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
      pb: 2,
    }),
  ),
});
export interface MutatingWebhookConfiguration extends Infer<typeof mutatingWebhookConfigurationSchema> {}

export const MutatingWebhookConfiguration: Kind<MutatingWebhookConfiguration> = {
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "MutatingWebhookConfiguration",
  plural: "mutatingwebhookconfigurations",
  singular: "mutatingwebhookconfiguration",
  categories: ["api-extensions"],
  namespaced: false,
  builtIn: true,
  schema: mutatingWebhookConfigurationSchema,
};
