import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync, writeSync } from "node:fs";

/** A line (or the beginning of one) that a guest wrote to its console. */
export interface ConsoleEntry {
  readonly at: string;
  /** False: more of the same line follows, a prompt for example. */
  readonly isWhole: boolean;
  /** Without the line feed; a carriage return is kept. */
  readonly text: string;
}

const rotateBytes = 1024 * 1024;
const longestEntryBytes = 16 * 1024;

/**
 * A guest's console on disk, in the container runtimes' format (`TIME stdout F|P text`), so that lines have their times. Bounded: one
 * file and its predecessor of a mebibyte each. Written at once and synchronously: the last words of a guest are worth most.
 *
 * @see https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
 */
export class ConsoleLog implements Disposable {
  readonly #path: string;
  readonly #now: () => Date;
  readonly #listeners = new Set<(entry: ConsoleEntry) => void>();
  #descriptor: number;
  #sizeBytes: number;
  #unfinished = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string, now: () => Date = () => new Date()) {
    this.#path = path;
    this.#now = now;
    this.#descriptor = openSync(path, "a", 0o640);
    this.#sizeBytes = statSync(path).size;
  }

  /** Takes what came from the guest, in any pieces. */
  write(text: string): void {
    const lines = (this.#unfinished + text).split("\n");
    this.#unfinished = lines.pop() ?? "";
    clearTimeout(this.#timer);
    for (const line of lines) this.#append(line, true);
    if (this.#unfinished.length > longestEntryBytes) this.#flush();
    // A prompt has no end of line: it is written when nothing follows for a moment.
    else if (this.#unfinished !== "") this.#timer = setTimeout(() => this.#flush(), 100);
  }

  onEntry(listener: (entry: ConsoleEntry) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** What was shown lately, as a terminal would see it. */
  scrollBack(maxBytes = 64 * 1024): string {
    const text = readConsoleLog(this.#path)
      .map(({ text: line, isWhole }) => (isWhole ? `${line}\n` : line))
      .join("");
    return (text + this.#unfinished).slice(-maxBytes);
  }

  [Symbol.dispose](): void {
    this.#flush();
    clearTimeout(this.#timer);
    closeSync(this.#descriptor);
  }

  #flush(): void {
    if (this.#unfinished !== "") this.#append(this.#unfinished, false);
    this.#unfinished = "";
  }

  #append(text: string, isWhole: boolean): void {
    const entry = { at: this.#now().toISOString(), isWhole, text };
    const bytes = Buffer.from(`${entry.at} stdout ${isWhole ? "F" : "P"} ${text}\n`);
    if (this.#sizeBytes + bytes.length > rotateBytes) this.#rotate();
    try {
      writeSync(this.#descriptor, bytes);
      this.#sizeBytes += bytes.length;
    } catch {
      // A full disk costs the log, never the guest's console.
    }
    for (const listener of this.#listeners) listener(entry);
  }

  #rotate(): void {
    closeSync(this.#descriptor);
    renameSync(this.#path, `${this.#path}.1`);
    this.#descriptor = openSync(this.#path, "a", 0o640);
    this.#sizeBytes = 0;
  }
}

/** All that is kept, the older file first. */
export function readConsoleLog(path: string): readonly ConsoleEntry[] {
  return [`${path}.1`, path].flatMap((file) => (existsSync(file) ? parse(readFileSync(file, "utf8")) : []));
}

function parse(text: string): readonly ConsoleEntry[] {
  return text.split("\n").flatMap((line) => {
    const match = /^(\S+) stdout ([FP]) (.*)$/s.exec(line);
    return match ? [{ at: match[1] ?? "", isWhole: match[2] === "F", text: match[3] ?? "" }] : [];
  });
}
