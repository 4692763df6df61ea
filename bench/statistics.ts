/** What is said of a row of measurements. */
export interface Summary {
  readonly count: number;
  readonly median: number;
  /** Nearest rank: with few values, the largest. */
  readonly p95: number;
  readonly min: number;
  readonly max: number;
}

/** @throws {RangeError} when there is nothing to summarise */
export function summarise(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    count: sorted.length,
    median: (rank(sorted, Math.ceil(sorted.length / 2)) + rank(sorted, Math.floor(sorted.length / 2) + 1)) / 2,
    p95: rank(sorted, Math.ceil(sorted.length * 0.95)),
    min: rank(sorted, 1),
    max: rank(sorted, sorted.length),
  };
}

/** @param position  counted from 1 */
function rank(sorted: readonly number[], position: number): number {
  const value = sorted[position - 1];
  if (value === undefined) throw new RangeError("Cannot summarise no measurements");
  return value;
}
