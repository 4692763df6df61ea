import { type Infer, object, optional, string } from "../../schema.ts";

export const VideoDevice = object({
  type: optional(string()),
});
export interface VideoDevice extends Infer<typeof VideoDevice> {}
