import type { Domain } from "../domain.ts";
import { type AddressBook, hasScsiController, hasUsbController, isPciExpress, sataControllers } from "./addresses.ts";
import { jsonArgument } from "./argument.ts";
import { deviceIds } from "./names.ts";

/** Root ports and the controllers that disks, inputs and serial ports hang on. Comes before the devices that name them. */
export function renderControllers(domain: Domain, book: AddressBook): string[] {
  return [
    ...book.rootPorts.flatMap((port) =>
      jsonArgument("-device", {
        driver: "pcie-root-port",
        id: port.id,
        bus: "pcie.0",
        addr: port.addr,
        multifunction: port.multifunction,
        chassis: port.number,
        slot: port.number,
      }),
    ),
    ...(hasScsiController(domain)
      ? jsonArgument("-device", { driver: "virtio-scsi-pci", id: deviceIds.scsi, ...book.place(deviceIds.scsi) })
      : []),
    ...(hasUsbController(domain)
      ? jsonArgument("-device", {
          driver: isPciExpress(domain) ? "qemu-xhci" : "nec-usb-xhci",
          id: deviceIds.usb,
          ...book.place(deviceIds.usb),
        })
      : []),
    ...sataControllers(domain).flatMap((id) => jsonArgument("-device", { driver: "ahci", id, ...book.place(id) })),
  ];
}
