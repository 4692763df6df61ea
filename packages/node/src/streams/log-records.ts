/**
 * One piece of a guest's console as the log keeps it, in the form that container runtimes use: a time, whether a line ends here (`F`)
 * or goes on (`P`), and the bytes, which are kept as they are (a carriage return, colours, half a character).
 */
export interface LogRecord {
  /** RFC 3339 with nanosecond digits, as `kubectl logs --timestamps` prints it. */
  readonly time: string;
  readonly endsLine: boolean;
  readonly bytes: Buffer;
}

export function encodeRecord({ time, endsLine, bytes }: LogRecord): Buffer {
  return Buffer.concat([Buffer.from(`${time} ${endsLine ? "F" : "P"} `), bytes, lineFeed]);
}

/** The records of a log file; a torn one at its end, or anything else that is none, is left out. */
export function decodeRecords(file: Buffer): LogRecord[] {
  const records: LogRecord[] = [];
  for (let at = 0; at < file.length; ) {
    const end = file.indexOf(0x0a, at);
    if (end < 0) break;
    const record = decodeRecord(file.subarray(at, end));
    if (record) records.push(record);
    at = end + 1;
  }
  return records;
}

function decodeRecord(line: Buffer): LogRecord | undefined {
  const space = line.indexOf(0x20);
  const flag = line[space + 1];
  if (space !== timeLength || line[space + 2] !== 0x20 || (flag !== 0x46 && flag !== 0x50)) return undefined;
  return { time: line.toString("latin1", 0, space), endsLine: flag === 0x46, bytes: line.subarray(space + 3) };
}

/** What the guest wrote, without the log's own marks. */
export function rawBytes(records: readonly LogRecord[]): Buffer {
  return Buffer.concat(records.flatMap(({ bytes, endsLine }) => (endsLine ? [bytes, lineFeed] : [bytes])));
}

/** `2026-03-01T09:30:00.123000000Z` */
export function recordTime(now: Date): string {
  return now.toISOString().replace("Z", "000000Z");
}

const timeLength = "2026-03-01T09:30:00.123000000Z".length;
const lineFeed = Buffer.from("\n");
