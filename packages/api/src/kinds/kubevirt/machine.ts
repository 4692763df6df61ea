import { type Infer, object, optional, string } from "../../schema.ts";

export const Machine = object({
  type: optional(string({ description: "QEMU's machine type: q35 on amd64, virt on arm64, or a dated one of these." })),
});
export interface Machine extends Infer<typeof Machine> {}
