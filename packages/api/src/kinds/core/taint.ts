import { type Infer, object, oneOf, optional, string, timestamp } from "../../schema.ts";

export const Taint = object({
  key: string({ pb: 1 }),
  value: optional(string({ pb: 2 })),
  effect: oneOf(["NoExecute", "NoSchedule", "PreferNoSchedule"], { pb: 3 }),
  timeAdded: optional(timestamp({ pb: 4 })),
});
export interface Taint extends Infer<typeof Taint> {}
