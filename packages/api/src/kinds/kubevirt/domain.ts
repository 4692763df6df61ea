import { having, type Infer, int64, notYet, object, optional, string } from "../../schema.ts";
import { Chassis } from "./chassis.ts";
import { Clock } from "./clock.ts";
import { CPU } from "./cpu.ts";
import { Devices } from "./devices.ts";
import { Features } from "./features.ts";
import { Firmware } from "./firmware.ts";
import { LaunchSecurity } from "./launch-security.ts";
import { Machine } from "./machine.ts";
import { Memory } from "./memory.ts";
import { DomainResources } from "./resources.ts";

const ioThreadsLater = notYet("I/O threads are yet to come");

/** The machine itself: CPUs, memory, firmware and devices. */
export const DomainSpec = object({
  chassis: optional(having(Chassis, { description: "The chassis that SMBIOS shows." })),
  clock: optional(having(Clock, { description: "Clock and timers." })),
  cpu: optional(having(CPU, { description: "CPUs." })),
  devices: having(Devices, { description: "Disks, interfaces and everything else plugged in." }),
  features: optional(having(Features, { description: "What the machine can do." })),
  firmware: optional(having(Firmware, { description: "BIOS or UEFI, and identity." })),
  ioThreads: optional(
    object(
      { supplementalPoolThreadCount: optional(int64({ description: "Threads in the pool." })) },
      { description: "Settings of I/O threads.", ...ioThreadsLater },
    ),
  ),
  ioThreadsPolicy: optional(string({ description: "shared, auto or supplementalPool.", ...ioThreadsLater })),
  launchSecurity: optional(
    having(LaunchSecurity, {
      description: "Memory encryption.",
      presence: true,
      ...notYet("encrypted guests are yet to come"),
    }),
  ),
  machine: optional(having(Machine, { description: "Type of the machine." })),
  memory: optional(having(Memory, { description: "Memory." })),
  rebootPolicy: optional(
    string({
      description: "Reboot (the default): a reboot stays in the same QEMU. Terminate: it ends the instance.",
      ...notYet("a reboot always stays in the same QEMU", ["Reboot"]),
    }),
  ),
  resources: optional(having(DomainResources, { description: "What is set aside on the node." })),
});
export interface DomainSpec extends Infer<typeof DomainSpec> {}
