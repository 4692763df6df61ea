import { type Infer, int64, object, oneOf, optional, string, timestamp } from "../../schema.ts";

export const StandardCondition = object({
  type: string({ pb: 1 }),
  status: oneOf(["False", "True", "Unknown"], { pb: 2 }),
  observedGeneration: optional(int64({ pb: 3 })),
  lastTransitionTime: timestamp({ pb: 4 }),
  reason: string({ pb: 5 }),
  message: string({ pb: 6 }),
});
export interface StandardCondition extends Infer<typeof StandardCondition> {}
