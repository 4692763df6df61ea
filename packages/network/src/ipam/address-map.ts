import { type HeldNumbers, Runs } from "./runs.ts";

/** Neighbours share a page: whoever asks for one address after the other finds them close together in memory. */
const pageBits = 6n;
const pageSize = 1 << Number(pageBits);
const offsetMask = (1n << pageBits) - 1n;

interface Page<T> {
  used: number;
  readonly slots: (T | undefined)[];
}

/** What is at which address, of one family. Its size follows what is in it, not how far apart it is. */
export class AddressMap<T> {
  readonly #pages = new Map<bigint, Page<T>>();
  readonly #runs = new Runs();

  /** The addresses that something is at. */
  get numbers(): HeldNumbers {
    return this.#runs;
  }

  get(address: bigint): T | undefined {
    return this.#pages.get(address >> pageBits)?.slots[Number(address & offsetMask)];
  }

  set(address: bigint, value: T): void {
    const number = address >> pageBits;
    let page = this.#pages.get(number);
    if (!page) {
      page = { used: 0, slots: new Array<T | undefined>(pageSize).fill(undefined) };
      this.#pages.set(number, page);
    }
    page.slots[Number(address & offsetMask)] = value;
    if (this.#runs.add(address)) page.used += 1;
  }

  delete(address: bigint): void {
    if (!this.#runs.remove(address)) return;
    const number = address >> pageBits;
    const page = this.#pages.get(number);
    if (!page) return;
    page.slots[Number(address & offsetMask)] = undefined;
    page.used -= 1;
    if (page.used === 0) this.#pages.delete(number);
  }

  /** From the lowest address to the highest, both ends included. */
  *within(first: bigint, last: bigint): IterableIterator<T> {
    for (const run of this.#runs.within(first, last)) {
      for (let address = run.first; address <= run.last; address += 1n) {
        const value = this.get(address);
        if (value !== undefined) yield value;
      }
    }
  }
}
