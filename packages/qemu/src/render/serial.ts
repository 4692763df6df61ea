import type { Domain } from "../domain.ts";
import { isPersonalComputer } from "./addresses.ts";
import { jsonArgument } from "./argument.ts";
import { socketChardev } from "./chardev.ts";
import { deviceIds } from "./names.ts";

/**
 * The serial console. QEMU listens, and the agent is the one client: it connects before the guest runs and always reads, since a
 * client that does not read stops the guest's console. With nobody connected the output is dropped.
 */
export function renderSerial(domain: Domain): string[] {
  if (domain.serial === undefined) return [];
  const chardev = `char-${deviceIds.serial}`;
  return [
    ...socketChardev(chardev, domain.serial.socketPath),
    ...(isPersonalComputer(domain)
      ? jsonArgument("-device", { driver: "isa-serial", id: deviceIds.serial, chardev, index: 0 })
      : ["-serial", `chardev:${chardev}`]),
  ];
}
