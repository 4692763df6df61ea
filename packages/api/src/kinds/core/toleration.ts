import { type Infer, int64, object, oneOf, optional, string } from "../../schema.ts";

export const Toleration = object({
  key: optional(string({ pb: 1 })),
  operator: optional(oneOf(["Equal", "Exists"], { pb: 2 })),
  value: optional(string({ pb: 3 })),
  effect: optional(oneOf(["NoExecute", "NoSchedule", "PreferNoSchedule"], { pb: 4 })),
  tolerationSeconds: optional(int64({ pb: 5 })),
});
export interface Toleration extends Infer<typeof Toleration> {}
