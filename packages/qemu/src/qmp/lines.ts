/**
 * Cuts a byte stream into lines. QMP and the guest agent send one JSON document a line; neither promises where chunks end.
 *
 * @param limitBytes  a longer line is no answer of QEMU's; beyond it `push` throws
 */
export class LineSplitter {
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  readonly #limitBytes: number;

  constructor(limitBytes = 16 * 1024 * 1024) {
    this.#limitBytes = limitBytes;
  }

  /** The lines that this chunk completes, without their line ends; empty ones are left out. */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let rest = chunk;
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      const line = Buffer.concat([...this.#pending, rest.subarray(0, end)]);
      this.clear();
      rest = rest.subarray(end + 1);
      const text = line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
      if (text.length > 0) lines.push(text);
    }
    if (rest.length > 0) {
      this.#pending.push(rest);
      this.#pendingBytes += rest.length;
      if (this.#pendingBytes > this.#limitBytes) {
        throw new Error(`Cannot read an answer: a line is longer than ${this.#limitBytes} bytes`);
      }
    }
    return lines;
  }

  clear(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}
