import { type Infer, int32, object, optional, string } from "../../schema.ts";

export const KeyToPath = object({
  key: string({ pb: 1 }),
  path: string({ pb: 2 }),
  mode: optional(int32({ pb: 3 })),
});
export interface KeyToPath extends Infer<typeof KeyToPath> {}
