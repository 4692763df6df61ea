import { type Infer, object, oneOf, optional, string, timestamp } from "../../schema.ts";

export const ServiceCondition = object({
  type: string({ pb: 1 }),
  status: oneOf(["False", "True", "Unknown"], { pb: 2 }),
  lastTransitionTime: optional(timestamp({ pb: 3 })),
  reason: optional(string({ pb: 4 })),
  message: optional(string({ pb: 5 })),
});
export interface ServiceCondition extends Infer<typeof ServiceCondition> {}
