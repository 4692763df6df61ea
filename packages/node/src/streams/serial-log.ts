import { type FileHandle, mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { LogFollower } from "./log-follower.ts";
import { LogPrinter, type LogQuery, selectRecords } from "./log-query.ts";
import { decodeRecords, encodeRecord, type LogRecord, rawBytes, recordTime } from "./log-records.ts";

/** Where something of a guest's console log can be read. */
export interface LogSource {
  /** What the query asks for, chunk by chunk; with `follow` it goes on until the log is closed. */
  read(query: LogQuery, signal: AbortSignal): AsyncIterable<Buffer>;
}

export interface SerialLogOptions {
  /** The guest's data folder. */
  readonly folder: string;
  /** Of each of the two files; default 2 MiB. */
  readonly fileLimitBytes?: number;
  readonly now?: () => Date;
}

/** The log of a guest that is no longer kept. */
export function finishedLog(folder: string): LogSource {
  return {
    async *read(query) {
      yield* print(selectRecords(await readRecords(folder), query), new LogPrinter(query));
    },
  };
}

/**
 * A guest's console on disk, in two files that take turns, so that it never grows beyond twice the limit. Whoever writes never
 * waits: what cannot be written as fast as it comes is left out.
 */
export class SerialLog implements LogSource, AsyncDisposable {
  readonly #folder: string;
  readonly #fileLimitBytes: number;
  readonly #now: () => Date;
  readonly #followers = new Set<LogFollower>();
  #file: FileHandle;
  #fileBytes: number;
  /** Of the line that has not ended and is not written yet. */
  #open: Buffer = Buffer.alloc(0);
  #openTimer: NodeJS.Timeout | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** Records are numbered: a follower is to get those that the files did not have when it read them. */
  #lastPut = 0;
  #lastWritten = 0;
  /** All work on the files, one after the other. */
  #turn: Promise<void> = Promise.resolve();
  #isClosed = false;

  static async open(options: SerialLogOptions): Promise<SerialLog> {
    await mkdir(options.folder, { recursive: true, mode: 0o711 });
    const file = await open(join(options.folder, fileName), "a+", 0o600);
    const { size } = await file.stat();
    // A record that a crash tore must not swallow the next one.
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
    const isTorn = size > 0 && buffer[0] !== 0x0a;
    if (isTorn) await file.appendFile("\n");
    return new SerialLog(options, file, isTorn ? size + 1 : size);
  }

  private constructor(
    { folder, fileLimitBytes = 2 * 1024 * 1024, now }: SerialLogOptions,
    file: FileHandle,
    bytes: number,
  ) {
    this.#folder = folder;
    this.#fileLimitBytes = fileLimitBytes;
    this.#now = now ?? (() => new Date());
    this.#file = file;
    this.#fileBytes = bytes;
  }

  append(bytes: Buffer): void {
    if (this.#isClosed) return;
    let at = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, at)) {
      this.#put(Buffer.concat([this.#open, bytes.subarray(at, end)]), true);
      this.#open = Buffer.alloc(0);
      at = end + 1;
    }
    if (at < bytes.length) this.#open = Buffer.concat([this.#open, bytes.subarray(at)]);
    if (this.#open.length >= longestOpen) this.#endOpen();
    // Guests print character by character: a record each would be forty times what they say.
    else if (this.#open.length > 0) this.#openTimer ??= setTimeout(() => this.#endOpen(), openForMs);
  }

  async *read(query: LogQuery, signal: AbortSignal): AsyncIterable<Buffer> {
    const printer = new LogPrinter(query);
    const follower = new LogFollower(signal);
    if (query.follow && !this.#isClosed) this.#followers.add(follower);
    try {
      this.#endOpen();
      const records = await this.#inTurn(async () => {
        follower.dropUntil(this.#lastWritten);
        return await readRecords(this.#folder);
      });
      yield* print(selectRecords(records, query), printer);
      if (!this.#followers.has(follower)) return;
      for await (const record of follower.records()) {
        if (query.since && Date.parse(record.time) < query.since.getTime()) continue;
        yield printer.print(record);
        if (printer.isDone) return;
      }
    } finally {
      this.#followers.delete(follower);
    }
  }

  /** The last so many bytes that the guest wrote, for whoever attaches now. */
  async tail(bytes: number): Promise<Buffer> {
    this.#endOpen();
    return rawBytes(await this.#inTurn(() => readRecords(this.#folder))).subarray(-bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#endOpen();
    this.#isClosed = true;
    await this.#inTurn(() => this.#file.close());
    for (const follower of this.#followers) follower.end();
    this.#followers.clear();
  }

  #endOpen(): void {
    clearTimeout(this.#openTimer);
    this.#openTimer = undefined;
    if (this.#open.length === 0 || this.#isClosed) return;
    this.#put(this.#open, false);
    this.#open = Buffer.alloc(0);
  }

  #put(bytes: Buffer, endsLine: boolean): void {
    if (endsLine) {
      clearTimeout(this.#openTimer);
      this.#openTimer = undefined;
    }
    const record = { time: recordTime(this.#now()), endsLine, bytes };
    this.#lastPut += 1;
    for (const follower of this.#followers) follower.push(this.#lastPut, record);
    if (this.#waitingBytes > mostWaitingBytes) return;
    const encoded = encodeRecord(record);
    this.#waiting.push(encoded);
    this.#waitingBytes += encoded.length;
    // A log that cannot be written is no reason to stop a guest; the next record tries again.
    if (this.#waiting.length === 1) void this.#inTurn(() => this.#write()).catch(() => {});
  }

  async #write(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting);
    const last = this.#lastPut;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (bytes.length === 0) return;
    if (this.#fileBytes > 0 && this.#fileBytes + bytes.length > this.#fileLimitBytes) await this.#rotate();
    await this.#file.appendFile(bytes);
    this.#fileBytes += bytes.length;
    this.#lastWritten = last;
  }

  async #rotate(): Promise<void> {
    await this.#file.close();
    await rename(join(this.#folder, fileName), join(this.#folder, `${fileName}.1`));
    this.#file = await open(join(this.#folder, fileName), "a", 0o600);
    this.#fileBytes = 0;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.then(
      () => {},
      () => {},
    );
    return turn;
  }
}

function* print(records: readonly LogRecord[], printer: LogPrinter): Iterable<Buffer> {
  for (const record of records) {
    if (printer.isDone) return;
    yield printer.print(record);
  }
}

async function readRecords(folder: string): Promise<readonly LogRecord[]> {
  const read = (name: string) => readFile(join(folder, name)).catch(() => Buffer.alloc(0));
  return [...decodeRecords(await read(`${fileName}.1`)), ...decodeRecords(await read(fileName))];
}

const fileName = "serial.log";
const longestOpen = 8 * 1024;
const openForMs = 200;
const mostWaitingBytes = 4 * 1024 * 1024;
