import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { boolean, having, type Infer, listAtomic, listMap, object, oneOf, optional, string } from "../../schema.ts";
import { WebhookClientConfig } from "../admissionregistration/webhook.ts";
import { ServiceCondition } from "../meta/service-condition.ts";
import { CustomResourceDefinitionVersion } from "./custom-resource-definition-version.ts";

export const CustomResourceDefinitionNames = object({
  plural: string({ pb: 1 }),
  singular: optional(string({ pb: 2 })),
  shortNames: optional(listAtomic(string(), { pb: 3 })),
  kind: string({ pb: 4 }),
  listKind: optional(string({ pb: 5 })),
  categories: optional(listAtomic(string(), { pb: 6 })),
});
export interface CustomResourceDefinitionNames extends Infer<typeof CustomResourceDefinitionNames> {}

export const WebhookConversion = object({
  clientConfig: optional(having(WebhookClientConfig, { pb: 2 })),
  conversionReviewVersions: listAtomic(string(), { pb: 3 }),
});
export interface WebhookConversion extends Infer<typeof WebhookConversion> {}

export const CustomResourceConversion = object({
  strategy: oneOf(["None", "Webhook"], { pb: 1 }),
  webhook: optional(having(WebhookConversion, { pb: 2 })),
});
export interface CustomResourceConversion extends Infer<typeof CustomResourceConversion> {}

const customResourceDefinitionSchema = kindObject("A kind of object that the server learns by it.", {
  spec: object(
    {
      group: string({ pb: 1 }),
      names: having(CustomResourceDefinitionNames, { pb: 3 }),
      scope: oneOf(["Cluster", "Namespaced"], { pb: 4 }),
      versions: listAtomic(CustomResourceDefinitionVersion, { pb: 7 }),
      conversion: optional(having(CustomResourceConversion, { pb: 9 })),
      preserveUnknownFields: optional(boolean({ pb: 10 })),
    },
    { pb: 2 },
  ),
  status: optional(
    object(
      {
        conditions: optional(listMap(["type"], ServiceCondition, { pb: 1 })),
        acceptedNames: optional(having(CustomResourceDefinitionNames, { pb: 2 })),
        storedVersions: optional(listAtomic(string(), { pb: 3 })),
      },
      { pb: 3 },
    ),
  ),
});
export interface CustomResourceDefinition extends Infer<typeof customResourceDefinitionSchema> {}

export const CustomResourceDefinition: Kind<CustomResourceDefinition> = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  singular: "customresourcedefinition",
  shortNames: ["crd", "crds"],
  categories: ["api-extensions"],
  namespaced: false,
  subresources: { status: true },
  builtIn: true,
  schema: customResourceDefinitionSchema,
};
