import { type Infer, int64, object, optional, string } from "../../schema.ts";
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

export const DomainSpec = object({
  chassis: optional(Chassis),
  clock: optional(Clock),
  cpu: optional(CPU),
  devices: Devices,
  features: optional(Features),
  firmware: optional(Firmware),
  ioThreads: optional(
    object({
      supplementalPoolThreadCount: optional(int64()),
    }),
  ),
  ioThreadsPolicy: optional(string()),
  launchSecurity: optional(LaunchSecurity),
  machine: optional(Machine),
  memory: optional(Memory),
  rebootPolicy: optional(string()),
  resources: optional(DomainResources),
});
export interface DomainSpec extends Infer<typeof DomainSpec> {}
