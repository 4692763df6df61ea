/**
 * How long ago, as kubectl writes it: `5s`, `12m`, `3h14m`, `2d3h`, `15d`, `2y10d`. The longer it is, the coarser.
 *
 * @returns `<unknown>` without a time, `<invalid>` for one that cannot be read or lies ahead
 */
export function formatAge(since: string | undefined | null, now: Date): string {
  if (!since) return "<unknown>";
  const milliseconds = now.getTime() - Date.parse(since);
  return Number.isNaN(milliseconds) ? "<invalid>" : formatDuration(milliseconds);
}

export function formatDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 60 * 2) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return both(minutes, "m", seconds % 60, "s");
  if (minutes < 60 * 3) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return both(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 24 * 8) return both(days, "d", hours % 24, "h");
  if (days < 365 * 2) return `${days}d`;
  const years = Math.floor(days / 365);
  if (days < 365 * 8) return both(years, "y", days % 365, "d");
  return `${years}y`;
}

function both(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}
