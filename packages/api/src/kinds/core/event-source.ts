import { type Infer, object, optional, string } from "../../schema.ts";

export const EventSource = object({
  component: optional(string({ pb: 1 })),
  host: optional(string({ pb: 2 })),
});
export interface EventSource extends Infer<typeof EventSource> {}
