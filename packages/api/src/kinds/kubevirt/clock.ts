import { boolean, having, type Infer, int32, notYet, object, optional, string } from "../../schema.ts";

export const HPETTimer = object({
  present: optional(boolean({ description: "False removes the timer; true unless said otherwise." })),
  tickPolicy: optional(
    string({
      description: "What happens to ticks the guest missed: delay, catchup, merge or discard.",
      ...notYet("QEMU has no tick policy for its HPET other than delay", ["delay"]),
    }),
  ),
});
export interface HPETTimer extends Infer<typeof HPETTimer> {}

export const PresentTimer = object({
  present: optional(boolean({ description: "False removes the timer; true unless said otherwise." })),
});
export interface PresentTimer extends Infer<typeof PresentTimer> {}

export const PITTimer = object({
  present: optional(
    boolean({
      description: "True unless said otherwise.",
      ...notYet("the PIT of these machine types cannot be removed", [true]),
    }),
  ),
  tickPolicy: optional(
    string({
      description: "What happens to ticks the guest missed: delay or discard.",
      ...notYet("QEMU's PIT can delay or discard missed ticks", ["delay", "discard"]),
    }),
  ),
});
export interface PITTimer extends Infer<typeof PITTimer> {}

export const RTCTimer = object({
  present: optional(
    boolean({
      description: "True unless said otherwise.",
      ...notYet("the RTC of these machine types cannot be removed", [true]),
    }),
  ),
  tickPolicy: optional(
    string({
      description: "What happens to ticks the guest missed: delay or catchup.",
      ...notYet("QEMU's RTC can delay missed ticks or catch up", ["delay", "catchup"]),
    }),
  ),
  track: optional(string({ description: "Which time it follows: guest or wall." })),
});
export interface RTCTimer extends Infer<typeof RTCTimer> {}

export const Timers = object({
  hpet: optional(having(HPETTimer, { description: "High precision event timer." })),
  hyperv: optional(
    having(PresentTimer, {
      description: "Hyper-V's reference clock, for Windows.",
      presence: true,
      ...notYet("Hyper-V's paravirtual features are yet to come"),
    }),
  ),
  kvm: optional(
    having(PresentTimer, {
      description: "KVM's paravirtual clock: there whenever KVM accelerates the guest.",
      ...notYet("KVM's clock cannot be hidden yet", [{}, { present: true }]),
    }),
  ),
  pit: optional(having(PITTimer, { description: "Programmable interval timer." })),
  rtc: optional(having(RTCTimer, { description: "Real-time clock." })),
});
export interface Timers extends Infer<typeof Timers> {}

/** What the guest's clock shows when it starts, and which timers there are. */
export const Clock = object({
  timer: optional(having(Timers, { description: "Settings of single timers." })),
  timezone: optional(
    string({ description: "Start at the local time of this zone (`Europe/Berlin`), kept across daylight saving." }),
  ),
  utc: optional(
    object(
      { offsetSeconds: optional(int32({ description: "Start this far off UTC." })) },
      { description: "Start at UTC: the default." },
    ),
  ),
});
export interface Clock extends Infer<typeof Clock> {}
