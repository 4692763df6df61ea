import { findIp } from "@peapod/api";
import type { FamilyRange } from "./types.ts";

/** What SpiderReservedIPs keep from being handed out; a text that cannot be read reserves nothing. */
export function reservedRanges(ips: readonly string[]): readonly FamilyRange[] {
  return ips.flatMap((text) => {
    const [start = "", end = start] = text.split("-").map((part) => part.trim());
    const first = findIp(start);
    const last = findIp(end);
    if (!first || !last || first.family !== last.family || first.value > last.value) return [];
    return [{ family: first.family, first: first.value, last: last.value }];
  });
}
