import { anyValue, type Infer, object, string } from "../../schema.ts";

export const WatchEvent = object({
  type: string({ pb: 1 }),
  object: anyValue({ pb: 2 }),
});
export interface WatchEvent extends Infer<typeof WatchEvent> {}
