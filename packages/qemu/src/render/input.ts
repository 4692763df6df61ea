import type { Domain } from "../domain.ts";
import type { AddressBook } from "./addresses.ts";
import { jsonArgument } from "./argument.ts";
import { deviceIds, inputDeviceId } from "./names.ts";

/** Pointers and keyboards beyond the PS/2 ones that a PC always has. */
export function renderInputs(domain: Domain, book: AddressBook): string[] {
  return (domain.inputs ?? []).flatMap((input) => {
    const id = inputDeviceId(input.name);
    return jsonArgument("-device", {
      driver: drivers[input.bus][input.type],
      id,
      ...(input.bus === "virtio" ? book.place(id) : { bus: `${deviceIds.usb}.0` }),
    });
  });
}

const drivers = {
  usb: { tablet: "usb-tablet", keyboard: "usb-kbd" },
  virtio: { tablet: "virtio-tablet-pci", keyboard: "virtio-keyboard-pci" },
} as const;
