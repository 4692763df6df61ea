/** Work that several want: done once, ended when the last of them gives up. */
export interface Shared<T, P> {
  join(
    key: string,
    caller: { readonly signal: AbortSignal; readonly onProgress?: ((progress: P) => void) | undefined },
    start: (signal: AbortSignal, onProgress: (progress: P) => void) => Promise<T>,
  ): Promise<T>;
}

interface Running<T, P> {
  readonly result: Promise<T>;
  readonly end: AbortController;
  readonly listeners: Set<(progress: P) => void>;
  callers: number;
}

export function createShared<T, P>(): Shared<T, P> {
  const all = new Map<string, Running<T, P>>();

  const begin = (
    key: string,
    start: (signal: AbortSignal, onProgress: (progress: P) => void) => Promise<T>,
  ): Running<T, P> => {
    const end = new AbortController();
    const listeners = new Set<(progress: P) => void>();
    const onProgress = (progress: P): void => {
      for (const listener of listeners) listener(progress);
    };
    const result = start(end.signal, onProgress).finally(() => {
      if (all.get(key) === running) all.delete(key);
    });
    result.catch(() => {}); // each caller that still waits gets it
    const running: Running<T, P> = { result, end, listeners, callers: 0 };
    all.set(key, running);
    return running;
  };

  return {
    async join(key, { signal, onProgress }, start) {
      signal.throwIfAborted();
      const running = all.get(key) ?? begin(key, start);
      running.callers += 1;
      if (onProgress) running.listeners.add(onProgress);
      const { promise: gaveUp, reject } = Promise.withResolvers<never>();
      const leave = (): void => reject(signal.reason);
      signal.addEventListener("abort", leave);
      try {
        return await Promise.race([running.result, gaveUp]);
      } finally {
        signal.removeEventListener("abort", leave);
        if (onProgress) running.listeners.delete(onProgress);
        running.callers -= 1;
        if (running.callers === 0 && signal.aborted) {
          all.delete(key); // whoever asks from now on starts anew
          running.end.abort(signal.reason);
        }
      }
    },
  };
}
