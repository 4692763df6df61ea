/** The end of a stream: the last `limitBytes` of all that was pushed. */
export class Tail {
  #chunks: Buffer[] = [];
  #bytes = 0;
  readonly #limitBytes: number;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes > this.#limitBytes) {
      const first = this.#chunks.shift();
      if (first === undefined) break;
      const over = this.#bytes - this.#limitBytes;
      this.#bytes -= first.length;
      if (first.length > over) {
        const kept = first.subarray(over);
        this.#chunks.unshift(kept);
        this.#bytes += kept.length;
      }
    }
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}
