import { type Infer, object, optional, string } from "../../schema.ts";

/** A pointer or keyboard. */
export const Input = object({
  bus: optional(string({ description: "usb (the default) or virtio." })),
  name: string({ description: "Name of the device." }),
  type: string({ description: "tablet or keyboard." }),
});
export interface Input extends Infer<typeof Input> {}
