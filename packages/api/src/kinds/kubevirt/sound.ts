import { type Infer, object, optional, string } from "../../schema.ts";

export const SoundDevice = object({
  model: optional(string({ description: "ich9 (the default) or ac97." })),
  name: string({ description: "Name of the device." }),
});
export interface SoundDevice extends Infer<typeof SoundDevice> {}
