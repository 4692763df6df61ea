import { boolean, type Infer, int32, object, optional, string } from "../../schema.ts";

export const HPETTimer = object({
  present: optional(boolean()),
  tickPolicy: optional(string()),
});
export interface HPETTimer extends Infer<typeof HPETTimer> {}

export const PresentTimer = object({
  present: optional(boolean()),
});
export interface PresentTimer extends Infer<typeof PresentTimer> {}

export const PITTimer = object({
  present: optional(boolean()),
  tickPolicy: optional(string()),
});
export interface PITTimer extends Infer<typeof PITTimer> {}

export const RTCTimer = object({
  present: optional(boolean()),
  tickPolicy: optional(string()),
  track: optional(string()),
});
export interface RTCTimer extends Infer<typeof RTCTimer> {}

export const Timers = object({
  hpet: optional(HPETTimer),
  hyperv: optional(PresentTimer),
  kvm: optional(PresentTimer),
  pit: optional(PITTimer),
  rtc: optional(RTCTimer),
});
export interface Timers extends Infer<typeof Timers> {}

export const Clock = object({
  timer: optional(Timers),
  timezone: optional(string()),
  utc: optional(
    object({
      offsetSeconds: optional(int32()),
    }),
  ),
});
export interface Clock extends Infer<typeof Clock> {}
