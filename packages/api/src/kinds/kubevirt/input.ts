import { type Infer, object, optional, string } from "../../schema.ts";

export const Input = object({
  bus: optional(string()),
  name: string(),
  type: string(),
});
export interface Input extends Infer<typeof Input> {}
