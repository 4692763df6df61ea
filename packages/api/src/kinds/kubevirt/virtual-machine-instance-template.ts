import { having, type Infer, object, optional } from "../../schema.ts";
import { templateMetadata } from "./template-metadata.ts";
import { VirtualMachineInstanceSpec } from "./virtual-machine-instance-spec.ts";

/** What an instance is made from. */
export const VirtualMachineInstanceTemplate = object({
  metadata: optional(templateMetadata("Labels and annotations of the instance, and of its pod.")),
  spec: optional(having(VirtualMachineInstanceSpec, { description: "Its spec." })),
});
export interface VirtualMachineInstanceTemplate extends Infer<typeof VirtualMachineInstanceTemplate> {}
