import { type HeldNumbers, Runs } from "./runs.ts";

/** Neighbours share a page: whoever asks for one address after the other finds them close together in memory. */
const pageBits = 6n;
const pageSize = 1 << Number(pageBits);
const offsetMask = (1n << pageBits) - 1n;

interface Page<T> {
  used: number;
  readonly slots: (T | undefined)[];
}

/**
 * What is at which address, of one family. Its size follows what is in it, not how far apart it is. Which pages there are and which of
 * them are full is kept as runs of page numbers, so that most changes touch one page and nothing else, however many there are.
 */
export class AddressMap<T> implements HeldNumbers {
  readonly #pages = new Map<bigint, Page<T>>();
  readonly #present = new Runs();
  readonly #full = new Runs();

  get(address: bigint): T | undefined {
    return this.#pages.get(address >> pageBits)?.slots[offsetOf(address)];
  }

  has(address: bigint): boolean {
    return this.get(address) !== undefined;
  }

  firstGap(from: bigint): bigint {
    for (let address = from; ; ) {
      const number = this.#full.firstGap(address >> pageBits);
      const start = number << pageBits;
      if (start > address) address = start;
      const page = this.#pages.get(number);
      const offset = page ? page.slots.indexOf(undefined, offsetOf(address)) : offsetOf(address);
      if (offset >= 0) return start + BigInt(offset);
      address = start + BigInt(pageSize);
    }
  }

  set(address: bigint, value: T): void {
    const number = address >> pageBits;
    let page = this.#pages.get(number);
    if (!page) {
      page = { used: 0, slots: new Array<T | undefined>(pageSize).fill(undefined) };
      this.#pages.set(number, page);
      this.#present.add(number);
    }
    const offset = offsetOf(address);
    if (page.slots[offset] === undefined) page.used += 1;
    page.slots[offset] = value;
    if (page.used === pageSize) this.#full.add(number);
  }

  delete(address: bigint): void {
    const number = address >> pageBits;
    const offset = offsetOf(address);
    const page = this.#pages.get(number);
    if (page?.slots[offset] === undefined) return;
    if (page.used === pageSize) this.#full.remove(number);
    page.slots[offset] = undefined;
    page.used -= 1;
    if (page.used > 0) return;
    this.#pages.delete(number);
    this.#present.remove(number);
  }

  /** From the lowest address to the highest, both ends included. */
  *within(first: bigint, last: bigint): IterableIterator<T> {
    for (const run of this.#present.within(first >> pageBits, last >> pageBits)) {
      for (let number = run.first; number <= run.last; number += 1n) {
        const start = number << pageBits;
        const from = first > start ? offsetOf(first) : 0;
        const to = last < start + offsetMask ? offsetOf(last) : pageSize - 1;
        const page = this.#pages.get(number);
        for (let offset = from; offset <= to; offset += 1) {
          const value = page?.slots[offset];
          if (value !== undefined) yield value;
        }
      }
    }
  }
}

function offsetOf(address: bigint): number {
  return Number(address & offsetMask);
}
