import { flushCompileCache } from "node:module";
import { setTimeout as delay } from "node:timers/promises";

/** By then what a start sets off (first lists, adoption) has come to rest. */
const settledAfterMs = 4_000;

/**
 * Collects once what starting up left behind. V8 looks for garbage when more memory is asked for, and an idle Peapod asks for none:
 * it would hold a tenth more for as long as nobody uses it. Takes some ten milliseconds; `bin/launch.sh` makes the collector callable,
 * and where it is not nothing happens.
 */
export async function releaseStartUpMemory(signal: AbortSignal): Promise<void> {
  const isOver = await delay(settledAfterMs, false, { signal, ref: false }).catch(() => true);
  if (isOver) return;
  // Node writes what it compiled when it ends, and a Peapod that is killed never ends.
  flushCompileCache();
  // The last resort also empties caches of compiled code and moves what is left together, so that whole pages can go.
  await globalThis.gc?.({ type: "major", execution: "async", flavor: "last-resort" });
}
