import { type Infer, object, optional, string } from "../../schema.ts";

export const PanicDevice = object({
  model: optional(string()),
});
export interface PanicDevice extends Infer<typeof PanicDevice> {}

export const Diag288Watchdog = object({
  action: optional(string()),
});
export interface Diag288Watchdog extends Infer<typeof Diag288Watchdog> {}

export const I6300ESBWatchdog = object({
  action: optional(string()),
});
export interface I6300ESBWatchdog extends Infer<typeof I6300ESBWatchdog> {}

export const Watchdog = object({
  diag288: optional(Diag288Watchdog),
  i6300esb: optional(I6300ESBWatchdog),
  name: string(),
});
export interface Watchdog extends Infer<typeof Watchdog> {}
