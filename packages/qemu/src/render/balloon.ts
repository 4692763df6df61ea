import type { Domain } from "../domain.ts";
import type { AddressBook } from "./addresses.ts";
import { jsonArgument } from "./argument.ts";
import { deviceIds } from "./names.ts";

/** Memory statistics, and with free page reporting the way by which memory that the guest freed comes back to the host. */
export function renderBalloon(domain: Domain, book: AddressBook): string[] {
  if (domain.balloon === undefined) return [];
  return jsonArgument("-device", {
    driver: "virtio-balloon-pci",
    id: deviceIds.balloon,
    ...book.place(deviceIds.balloon),
    "free-page-reporting": domain.balloon.freePageReporting,
    "deflate-on-oom": true,
  });
}
