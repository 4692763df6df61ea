import type { Domain } from "../domain.ts";
import type { AddressBook } from "./addresses.ts";
import { jsonArgument } from "./argument.ts";
import { deviceIds } from "./names.ts";

/** The watchdog card; what happens when it fires is among the actions of `renderActions`. */
export function renderWatchdog(domain: Domain, book: AddressBook): string[] {
  if (domain.watchdog === undefined) return [];
  return jsonArgument("-device", {
    driver: domain.watchdog.model,
    id: deviceIds.watchdog,
    ...book.place(deviceIds.watchdog),
  });
}
