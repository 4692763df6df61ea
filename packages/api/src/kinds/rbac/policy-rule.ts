import { type Infer, listAtomic, object, optional, string } from "../../schema.ts";

export const PolicyRule = object({
  verbs: listAtomic(string(), { pb: 1 }),
  apiGroups: optional(listAtomic(string(), { pb: 2 })),
  resources: optional(listAtomic(string(), { pb: 3 })),
  resourceNames: optional(listAtomic(string(), { pb: 4 })),
  nonResourceURLs: optional(listAtomic(string(), { pb: 5 })),
});
export interface PolicyRule extends Infer<typeof PolicyRule> {}
