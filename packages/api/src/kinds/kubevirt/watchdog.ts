import { having, type Infer, notYet, object, optional, string } from "../../schema.ts";

/** How the guest's kernel tells that it panicked. */
export const PanicDevice = object({
  model: optional(
    string({
      description: "pvpanic (the default) or isa.",
      ...notYet("Hyper-V's paravirtual features are yet to come; use pvpanic or isa", ["pvpanic", "isa"]),
    }),
  ),
});
export interface PanicDevice extends Infer<typeof PanicDevice> {}

export const Diag288Watchdog = object({
  action: optional(string({ description: "reset (the default), poweroff or shutdown." })),
});
export interface Diag288Watchdog extends Infer<typeof Diag288Watchdog> {}

export const I6300ESBWatchdog = object({
  action: optional(string({ description: "reset (the default), poweroff or shutdown." })),
});
export interface I6300ESBWatchdog extends Infer<typeof I6300ESBWatchdog> {}

/** Acts when the guest no longer feeds it. */
export const Watchdog = object({
  diag288: optional(
    having(Diag288Watchdog, {
      description: "The watchdog of s390x.",
      presence: true,
      ...notYet("s390x guests are yet to come; use i6300esb"),
    }),
  ),
  i6300esb: optional(having(I6300ESBWatchdog, { description: "The watchdog of amd64.", presence: true })),
  name: string({ description: "Name of the device." }),
});
export interface Watchdog extends Infer<typeof Watchdog> {}
