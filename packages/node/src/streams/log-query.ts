import { badRequest } from "@peapod/machinery";
import type { LogRecord } from "./log-records.ts";

/** What `kubectl logs` asks for. */
export interface LogQuery {
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly previous: boolean;
  readonly tailLines?: number | undefined;
  readonly limitBytes?: number | undefined;
  /** Nothing older than this. */
  readonly since?: Date | undefined;
}

/** @throws {ApiError} BadRequest, naming the parameter */
export function parseLogQuery(query: URLSearchParams, now: Date): LogQuery {
  const count = (name: string, least: number): number | undefined => {
    const text = query.get(name);
    if (text === null) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least) return value;
    throw badRequest(`Cannot read the log: ${name} must be a whole number of at least ${least}, got "${text}"`);
  };
  const sinceSeconds = count("sinceSeconds", 1);
  const sinceTime = query.get("sinceTime");
  if (sinceTime !== null && Number.isNaN(Date.parse(sinceTime))) {
    throw badRequest(`Cannot read the log: sinceTime must be a time such as 2026-03-01T09:30:00Z, got "${sinceTime}"`);
  }
  const since =
    sinceTime !== null
      ? new Date(sinceTime)
      : sinceSeconds === undefined
        ? undefined
        : new Date(now.getTime() - sinceSeconds * 1000);
  return {
    follow: isTrue(query.get("follow")),
    timestamps: isTrue(query.get("timestamps")),
    previous: isTrue(query.get("previous")),
    tailLines: count("tailLines", 0),
    limitBytes: count("limitBytes", 1),
    since,
  };
}

/** The records that a query means among those there are: the last so many lines, none older than it says. */
export function selectRecords(records: readonly LogRecord[], { since, tailLines }: LogQuery): readonly LogRecord[] {
  const recent = since === undefined ? records : records.filter(({ time }) => Date.parse(time) >= since.getTime());
  if (tailLines === undefined) return recent;
  let lines = 0;
  let from = recent.length;
  while (from > 0) {
    const record = recent[from - 1];
    // A line that has not ended yet counts as one.
    if (record?.endsLine || from === recent.length) lines += 1;
    if (lines > tailLines) break;
    from -= 1;
  }
  return recent.slice(from);
}

/** Turns records into what is printed: each line with its time before it where that is wanted. Keeps track of line starts. */
export class LogPrinter {
  readonly #timestamps: boolean;
  #leftBytes: number;
  #isAtLineStart = true;

  constructor({ timestamps, limitBytes }: Pick<LogQuery, "timestamps" | "limitBytes">) {
    this.#timestamps = timestamps;
    this.#leftBytes = limitBytes ?? Number.POSITIVE_INFINITY;
  }

  /** True once `limitBytes` are printed. */
  get isDone(): boolean {
    return this.#leftBytes <= 0;
  }

  print({ time, bytes, endsLine }: LogRecord): Buffer {
    const parts = [bytes];
    if (this.#timestamps && this.#isAtLineStart) parts.unshift(Buffer.from(`${time} `));
    if (endsLine) parts.push(Buffer.from("\n"));
    this.#isAtLineStart = endsLine;
    const text = Buffer.concat(parts);
    const taken = text.subarray(0, Math.min(text.length, this.#leftBytes));
    this.#leftBytes -= taken.length;
    return taken;
  }
}

function isTrue(value: string | null): boolean {
  return value === "true" || value === "1";
}
