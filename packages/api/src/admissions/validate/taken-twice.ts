interface Again<T> {
  readonly item: T;
  readonly index: number;
  /** The first of them. */
  readonly owner: T;
}

/** Items whose key an earlier one has; those without a key are nobody's rivals. */
export function takenTwice<T>(
  items: readonly T[],
  keyOf: (item: T) => string | number | undefined,
): readonly Again<T>[] {
  const owners = new Map<string | number, T>();
  return items.flatMap((item, index) => {
    const key = keyOf(item);
    if (key === undefined) return [];
    const owner = owners.get(key);
    if (owner !== undefined) return [{ item, index, owner }];
    owners.set(key, item);
    return [];
  });
}
