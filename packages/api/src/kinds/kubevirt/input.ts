import { type Infer, object, optional, string } from "../../schema.ts";

/** A pointer. */
export const Input = object({
  bus: optional(string({ description: "usb (the default) or virtio." })),
  name: string({ description: "Name of the device." }),
  type: string({ description: "tablet." }),
});
export interface Input extends Infer<typeof Input> {}
