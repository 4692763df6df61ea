import type { Domain } from "../domain.ts";
import { type AddressBook, isPersonalComputer } from "./addresses.ts";
import { jsonArgument, keyValueArgument } from "./argument.ts";
import { deviceIds } from "./names.ts";

/** The screen, shown over VNC on a unix socket to any number of viewers. */
export function renderGraphics(domain: Domain, book: AddressBook): string[] {
  const { graphics } = domain;
  if (graphics === undefined) return ["-display", "none"];
  return [
    "-display",
    "none",
    ...keyValueArgument("-vnc", `unix:${graphics.vncSocketPath}`, { share: "ignore" }),
    ...jsonArgument("-device", {
      driver: graphics.video === "virtio" && !isPersonalComputer(domain) ? "virtio-gpu-pci" : drivers[graphics.video],
      id: deviceIds.video,
      ...book.place(deviceIds.video),
      vgamem_mb: graphics.video === "vga" || graphics.video === "cirrus" ? 16 : undefined,
    }),
  ];
}

const drivers: { readonly [V in NonNullable<Domain["graphics"]>["video"]]: string } = {
  vga: "VGA",
  bochs: "bochs-display",
  cirrus: "cirrus-vga",
  virtio: "virtio-vga",
};
