import type { Domain } from "../domain.ts";
import type { AddressBook } from "./addresses.ts";
import { jsonArgument } from "./argument.ts";
import { deviceIds } from "./names.ts";

/** Entropy for the guest, from QEMU's own generator: no device file has to be reachable. */
export function renderRng(domain: Domain, book: AddressBook): string[] {
  if (!domain.rng) return [];
  return [
    ...jsonArgument("-object", { "qom-type": "rng-builtin", id: `source-${deviceIds.rng}` }),
    ...jsonArgument("-device", {
      driver: "virtio-rng-pci",
      id: deviceIds.rng,
      ...book.place(deviceIds.rng),
      rng: `source-${deviceIds.rng}`,
    }),
  ];
}
