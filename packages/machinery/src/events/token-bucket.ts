export interface TokenBucket {
  /** @returns false when none is left */
  readonly take: () => boolean;
}

/** `size` tokens at first, and one more every `refillMs` up to `size`. */
export function createTokenBucket(options: {
  readonly size: number;
  readonly refillMs: number;
  readonly now: () => Date;
}): TokenBucket {
  const { size, refillMs, now } = options;
  let tokens = size;
  let countedAt = now().getTime();
  return {
    take: () => {
      const time = now().getTime();
      tokens = Math.min(size, tokens + (time - countedAt) / refillMs);
      countedAt = time;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
