import { type Infer, object, optional, string } from "../../schema.ts";

export const NodeConfigSource = object({
  configMap: optional(
    object(
      {
        namespace: string({ pb: 1 }),
        name: string({ pb: 2 }),
        uid: optional(string({ pb: 3 })),
        resourceVersion: optional(string({ pb: 4 })),
        kubeletConfigKey: string({ pb: 5 }),
      },
      { pb: 2 },
    ),
  ),
});
export interface NodeConfigSource extends Infer<typeof NodeConfigSource> {}
