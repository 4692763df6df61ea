import { type Infer, object, optional, string } from "../../schema.ts";

export const Machine = object({
  type: optional(string()),
});
export interface Machine extends Infer<typeof Machine> {}
