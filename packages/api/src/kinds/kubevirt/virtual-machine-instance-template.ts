import { ObjectMeta } from "../../meta.ts";
import { type Infer, object, optional } from "../../schema.ts";
import { VirtualMachineInstanceSpec } from "./virtual-machine-instance-spec.ts";

export const VirtualMachineInstanceTemplate = object({
  metadata: optional(ObjectMeta),
  spec: optional(VirtualMachineInstanceSpec),
});
export interface VirtualMachineInstanceTemplate extends Infer<typeof VirtualMachineInstanceTemplate> {}
