import { boolean, type Infer, object, optional } from "../../schema.ts";

export const TPMDevice = object({
  enabled: optional(boolean()),
  persistent: optional(boolean()),
});
export interface TPMDevice extends Infer<typeof TPMDevice> {}
