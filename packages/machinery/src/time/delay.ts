/**
 * Waits; an abort ends the wait at once.
 *
 * @throws the signal's reason
 */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      },
      Math.min(ms, maxTimerMs),
    );
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** Timers beyond 2^31-1 ms fire at once. */
export const maxTimerMs = 2_147_483_647;

/** Doubling from `baseMs` with every attempt up to `maxMs`, plus up to a tenth at random so that many do not come together. */
export function backoffMs(
  attempt: number,
  options: { readonly baseMs: number; readonly maxMs: number; readonly random: () => number },
): number {
  const plain = Math.min(options.maxMs, options.baseMs * 2 ** Math.min(attempt, 30));
  return plain * (1 + options.random() / 10);
}
