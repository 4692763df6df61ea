/** One line of the answer: what was measured, and what it was to be. */
export interface Line {
  readonly what: string;
  readonly measured: string;
  /** Absent: for information. */
  readonly budget?: string | undefined;
  readonly isMet?: boolean | undefined;
}

export function renderTable(title: string, lines: readonly Line[]): string {
  const rows = lines.map(({ what, measured, budget = "", isMet }) => [
    what,
    measured,
    budget,
    isMet === undefined ? "" : isMet ? "met" : "MISSED",
  ]);
  return [`── ${title}`, ...aligned(rows)].join("\n");
}

/** Columns as wide as their widest cell. */
export function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

export function milliseconds(value: number): string {
  return value >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
