import { parseIp } from "@peapod/api";
import type { ConflictMemory } from "./give-addresses.ts";
import type { FamilyRange } from "./types.ts";

/** How long somebody else's address is passed over. */
const rememberMs = 10 * 60_000;

export function createConflictMemory(now: () => number = Date.now): ConflictMemory {
  const seen = new Map<string, { readonly until: number; readonly range: FamilyRange }>();
  return {
    list: () => {
      for (const [address, { until }] of seen) if (until <= now()) seen.delete(address);
      return [...seen.values()].map(({ range }) => range);
    },
    add: (address) => {
      const { family, value } = parseIp(address);
      seen.set(address, { until: now() + rememberMs, range: { family, first: value, last: value } });
    },
  };
}
