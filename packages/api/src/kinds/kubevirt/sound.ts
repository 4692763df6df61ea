import { type Infer, object, optional, string } from "../../schema.ts";

export const SoundDevice = object({
  model: optional(string()),
  name: string(),
});
export interface SoundDevice extends Infer<typeof SoundDevice> {}
