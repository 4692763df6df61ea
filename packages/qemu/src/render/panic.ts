import type { Domain } from "../domain.ts";
import type { AddressBook } from "./addresses.ts";
import { jsonArgument } from "./argument.ts";
import { deviceIds } from "./names.ts";

/** The device by which a guest's kernel says that it panicked. */
export function renderPanicDevice(domain: Domain, book: AddressBook): string[] {
  switch (domain.panicDevice) {
    case undefined:
      return [];
    case "pvpanic":
      return jsonArgument("-device", { driver: "pvpanic-pci", id: deviceIds.panic, ...book.place(deviceIds.panic) });
    case "isa":
      return jsonArgument("-device", { driver: "pvpanic", id: deviceIds.panic });
  }
}
