/** Names that somebody who typed `word` may have meant: at most two letters wrong, or a beginning. */
export function suggest(word: string, names: readonly string[]): readonly string[] {
  const typed = word.toLowerCase();
  return names.filter((name) => distance(typed, name) <= 2 || name.startsWith(typed));
}

/** Insertions, deletions and replacements that lead from one word to the other. */
export function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
