import { boolean, type Infer, object, optional } from "../../schema.ts";

export const TPMDevice = object({
  enabled: optional(boolean({ description: "True when the block is there, unless said otherwise." })),
  persistent: optional(boolean({ description: "Keep its state when the machine is stopped and started." })),
});
export interface TPMDevice extends Infer<typeof TPMDevice> {}
