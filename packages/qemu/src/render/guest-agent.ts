import type { Domain } from "../domain.ts";
import type { AddressBook } from "./addresses.ts";
import { jsonArgument } from "./argument.ts";
import { socketChardev } from "./chardev.ts";
import { deviceIds } from "./names.ts";

/** The virtio-serial port on which the guest's qemu-ga listens. QEMU reports `VSERPORT_CHANGE` when it opens and closes it. */
export function renderGuestAgent(domain: Domain, book: AddressBook): string[] {
  if (domain.guestAgent === undefined) return [];
  return [
    ...jsonArgument("-device", {
      driver: "virtio-serial-pci",
      id: deviceIds.virtioSerial,
      ...book.place(deviceIds.virtioSerial),
    }),
    ...socketChardev(`char-${deviceIds.guestAgent}`, domain.guestAgent.socketPath),
    ...jsonArgument("-device", {
      driver: "virtserialport",
      id: deviceIds.guestAgent,
      bus: `${deviceIds.virtioSerial}.0`,
      chardev: `char-${deviceIds.guestAgent}`,
      name: "org.qemu.guest_agent.0",
    }),
  ];
}
