import type { Domain } from "../domain.ts";
import { isPersonalComputer } from "./addresses.ts";
import { keyValueArgument } from "./argument.ts";

/** Machine type, accelerator, and that nothing is there which was not asked for. */
export function renderMachine(domain: Domain): string[] {
  const { machine, firmware, clock } = domain;
  const isPc = isPersonalComputer(domain);
  return [
    ...keyValueArgument("-name", undefined, { guest: domain.name, "debug-threads": true }),
    "-uuid",
    domain.uuid,
    "-nodefaults",
    "-no-user-config",
    ...keyValueArgument("-machine", undefined, {
      type: machine.type,
      // A core dump of QEMU is for us; the guest's memory is the guest's own.
      "dump-guest-core": false,
      acpi: isPc && !machine.acpi ? false : undefined,
      smm: isPc ? machine.smm : undefined,
      // Off: no PS/2 mouse port that takes VMware's absolute positions.
      vmport: isPc ? false : undefined,
      hpet: isPc ? clock.hpet : undefined,
      graphics: firmware.type === "bios" && firmware.useSerial ? false : undefined,
      pflash0: firmware.type === "uefi" ? "firmware-code" : undefined,
      pflash1: firmware.type === "uefi" ? "firmware-vars" : undefined,
    }),
    ...renderAccelerator(domain),
    // Without this SeaBIOS waits on nothing bootable, and QEMU tries what has no boot index.
    ...keyValueArgument("-boot", undefined, {
      strict: true,
      menu: firmware.type === "bios" && firmware.bootMenuMs !== undefined ? true : undefined,
      "splash-time": firmware.type === "bios" ? firmware.bootMenuMs : undefined,
    }),
  ];
}

function renderAccelerator({ machine: { accelerator } }: Domain): string[] {
  if (accelerator.type === "kvm") return keyValueArgument("-accel", "kvm", {});
  // The translation buffer grows with what the guest runs, up to this many MiB: unbounded it may exceed the guest's own memory.
  return keyValueArgument("-accel", "tcg", { thread: "multi", "tb-size": accelerator.translationBufferMiB });
}
