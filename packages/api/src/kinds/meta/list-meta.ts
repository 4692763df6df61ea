import { type Infer, int64, object, optional, string } from "../../schema.ts";

export const ListMeta = object({
  selfLink: optional(string({ pb: 1 })),
  resourceVersion: optional(string({ pb: 2 })),
  continue: optional(string({ pb: 3 })),
  remainingItemCount: optional(int64({ pb: 4 })),
});
export interface ListMeta extends Infer<typeof ListMeta> {}
