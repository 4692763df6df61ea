import type { Clock } from "@peapod/api";
import type { DomainClock } from "@peapod/qemu";

/** UTC unless the manifest says otherwise; a timer that is named is present unless it says it is not. */
export function renderClock(clock: Clock | undefined): DomainClock {
  const { timer, timezone, utc } = clock ?? {};
  const rtcTrack = timer?.rtc?.track;
  const rtcPolicy = timer?.rtc?.tickPolicy;
  const pitPolicy = timer?.pit?.tickPolicy;
  return {
    base: timezone ? "localtime" : utc?.offsetSeconds ? { offsetSeconds: utc.offsetSeconds } : "utc",
    ...(timezone && { timezone }),
    ...(timer?.hpet && { hpet: timer.hpet.present !== false }),
    ...((rtcTrack === "guest" || rtcTrack === "wall") && { rtcTrack }),
    ...(rtcPolicy === "catchup" && { rtcDrift: "slew" }),
    ...(rtcPolicy === "delay" && { rtcDrift: "none" }),
    ...((pitPolicy === "delay" || pitPolicy === "discard") && { pitPolicy }),
  };
}
