import { type Infer, listAtomic, map, object, optional, string } from "../../schema.ts";

export const CustomizeComponents = object({
  flags: optional(
    object({
      api: optional(map(string())),
      controller: optional(map(string())),
      handler: optional(map(string())),
    }),
  ),
  patches: optional(
    listAtomic(
      object({
        patch: string(),
        resourceName: string(),
        resourceType: string(),
        type: string(),
      }),
    ),
  ),
});
export interface CustomizeComponents extends Infer<typeof CustomizeComponents> {}
