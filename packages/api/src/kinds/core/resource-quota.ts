import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { type Infer, listAtomic, map, object, oneOf, optional, quantity, string } from "../../schema.ts";

export const ScopedResourceSelectorRequirement = object({
  scopeName: oneOf(
    [
      "BestEffort",
      "CrossNamespacePodAffinity",
      "NotBestEffort",
      "NotTerminating",
      "PriorityClass",
      "Terminating",
      "VolumeAttributesClass",
    ],
    { pb: 1 },
  ),
  operator: oneOf(["DoesNotExist", "Exists", "In", "NotIn"], { pb: 2 }),
  values: optional(listAtomic(string(), { pb: 3 })),
});
export interface ScopedResourceSelectorRequirement extends Infer<typeof ScopedResourceSelectorRequirement> {}

const resourceQuotaSchema = kindObject("What all objects of a namespace may ask for together.", {
  spec: optional(
    object(
      {
        hard: optional(map(quantity(), { pb: 1 })),
        scopes: optional(
          listAtomic(
            oneOf([
              "BestEffort",
              "CrossNamespacePodAffinity",
              "NotBestEffort",
              "NotTerminating",
              "PriorityClass",
              "Terminating",
              "VolumeAttributesClass",
            ]),
            { pb: 2 },
          ),
        ),
        scopeSelector: optional(
          object(
            {
              matchExpressions: optional(listAtomic(ScopedResourceSelectorRequirement, { pb: 1 })),
            },
            { pb: 3 },
          ),
        ),
      },
      { pb: 2 },
    ),
  ),
  status: optional(
    object(
      {
        hard: optional(map(quantity(), { pb: 1 })),
        used: optional(map(quantity(), { pb: 2 })),
      },
      { pb: 3 },
    ),
  ),
});
export interface ResourceQuota extends Infer<typeof resourceQuotaSchema> {}

export const ResourceQuota: Kind<ResourceQuota> = {
  group: "",
  version: "v1",
  kind: "ResourceQuota",
  plural: "resourcequotas",
  singular: "resourcequota",
  shortNames: ["quota"],
  namespaced: true,
  subresources: { status: true },
  builtIn: true,
  schema: resourceQuotaSchema,
};
