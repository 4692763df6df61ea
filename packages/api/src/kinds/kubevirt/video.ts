import { type Infer, notYet, object, optional, string } from "../../schema.ts";

export const VideoDevice = object({
  type: optional(
    string({
      description: "vga, bochs, cirrus or virtio; unset: vga under BIOS, bochs under UEFI.",
      ...notYet("this display adapter is yet to come; use vga, bochs, cirrus or virtio", [
        "vga",
        "bochs",
        "cirrus",
        "virtio",
      ]),
    }),
  ),
});
export interface VideoDevice extends Infer<typeof VideoDevice> {}
