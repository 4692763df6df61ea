import type { Domain } from "../domain.ts";
import { isPersonalComputer } from "./addresses.ts";
import { keyValueArgument } from "./argument.ts";

/**
 * The real-time clock as the guest reads it at power-on.
 *
 * @param now  QEMU takes an offset or a time zone only as a date, so the date of the start comes in
 */
export function renderClock(domain: Domain, now: Date): string[] {
  const { clock, machine } = domain;
  return [
    ...keyValueArgument("-rtc", undefined, {
      base: clockBase(domain, now),
      clock: clock.rtcTrack === undefined ? undefined : clock.rtcTrack === "guest" ? "vm" : "host",
      driftfix: isPersonalComputer(domain) ? clock.rtcDrift : undefined,
    }),
    // Only KVM's timer chip can be told what to do with ticks that the guest missed.
    ...(clock.pitPolicy !== undefined && machine.accelerator.type === "kvm" && isPersonalComputer(domain)
      ? keyValueArgument("-global", undefined, {
          driver: "kvm-pit",
          property: "lost_tick_policy",
          value: clock.pitPolicy,
        })
      : []),
  ];
}

function clockBase({ clock }: Domain, now: Date): string {
  if (clock.timezone !== undefined) return localTime(now, clock.timezone);
  if (typeof clock.base === "string") return clock.base;
  return new Date(now.getTime() + clock.base.offsetSeconds * 1000).toISOString().slice(0, 19);
}

/** `2026-03-01T09:30:00` as a wall clock there shows it. */
function localTime(now: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(now);
  const part = (type: string): string => parts.find((candidate) => candidate.type === type)?.value ?? "00";
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}:${part("second")}`;
}
