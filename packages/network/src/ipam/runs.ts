/** What the allocator asks of the numbers that are held. */
export interface HeldNumbers {
  /** The lowest number ≥ `from` that is not held. */
  readonly firstGap: (from: bigint) => bigint;
  readonly has: (value: bigint) => boolean;
}

/** Both ends included. */
export interface Run {
  first: bigint;
  last: bigint;
}

/** A full block is halved. Within one, making room for a run is a copy of at most so many pointers. */
const runsPerBlock = 128;

/**
 * A set of numbers, kept as sorted runs of neighbours in blocks of bounded size: a set of 60 000 neighbours is one run, and among
 * 50 000 runs every question and every change halves its way to a block and then within it. Changes are made in place and leave no
 * garbage, so that they cost the same however much is held; undoing one is the opposite change.
 */
export class Runs implements HeldNumbers {
  /** Sorted, none of them empty. */
  readonly #blocks: Run[][] = [];

  /** How many runs there are. */
  get count(): number {
    return this.#blocks.reduce((sum, block) => sum + block.length, 0);
  }

  firstGap(from: bigint): bigint {
    const run = this.#atOrBelow(from);
    return run && run.last >= from ? run.last + 1n : from;
  }

  has(value: bigint): boolean {
    const run = this.#atOrBelow(value);
    return run !== undefined && run.last >= value;
  }

  /** The parts of runs that lie between two numbers, lowest first. The set must not change meanwhile. */
  *within(first: bigint, last: bigint): IterableIterator<Readonly<Run>> {
    for (let at = this.#blockAt(first); at < this.#blocks.length; at += 1) {
      for (const run of this.#blocks[at] ?? []) {
        if (run.first > last) return;
        if (run.last < first) continue;
        yield { first: run.first < first ? first : run.first, last: run.last > last ? last : run.last };
      }
    }
  }

  /** @returns false: it was in the set already */
  add(value: bigint): boolean {
    const blockIndex = this.#blockAt(value);
    const block = this.#blocks[blockIndex];
    if (!block) {
      this.#blocks.push([{ first: value, last: value }]);
      return true;
    }
    const index = indexAt(block, value);
    const below = block[index];
    if (below && below.last >= value) return false;
    const above = block[index + 1] ?? this.#blocks[blockIndex + 1]?.[0];
    const touchesAbove = above?.first === value + 1n;
    if (below && below.last === value - 1n) {
      below.last = touchesAbove ? above.last : value;
      if (touchesAbove) this.#drop(blockIndex, index + 1);
    } else if (touchesAbove) above.first = value;
    else this.#insert(blockIndex, index + 1, { first: value, last: value });
    return true;
  }

  /** @returns false: it was not in the set */
  remove(value: bigint): boolean {
    const blockIndex = this.#blockAt(value);
    const block = this.#blocks[blockIndex];
    const index = block ? indexAt(block, value) : -1;
    const run = block?.[index];
    if (!run || run.last < value) return false;
    const { first, last } = run;
    if (first === last) this.#drop(blockIndex, index);
    else if (first === value) run.first = value + 1n;
    else {
      run.last = value - 1n;
      if (last !== value) this.#insert(blockIndex, index + 1, { first: value + 1n, last });
    }
    return true;
  }

  #atOrBelow(value: bigint): Run | undefined {
    const block = this.#blocks[this.#blockAt(value)];
    return block?.[indexAt(block, value)];
  }

  /** The last block that starts at or below `value`, or else the first one. */
  #blockAt(value: bigint): number {
    let low = 0;
    let high = this.#blocks.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      const first = this.#blocks[middle]?.[0]?.first;
      if (first !== undefined && first <= value) low = middle;
      else high = middle;
    }
    return low;
  }

  #insert(blockIndex: number, index: number, run: Run): void {
    const block = this.#blocks[blockIndex];
    if (!block) return;
    block.splice(index, 0, run);
    if (block.length > runsPerBlock) this.#blocks.splice(blockIndex + 1, 0, block.splice(runsPerBlock >> 1));
  }

  /** @param index  may be one past the end of the block, and means the first run of the next one then */
  #drop(blockIndex: number, index: number): void {
    const block = this.#blocks[blockIndex];
    if (!block) return;
    if (index === block.length) {
      this.#drop(blockIndex + 1, 0);
      return;
    }
    block.splice(index, 1);
    if (block.length === 0) this.#blocks.splice(blockIndex, 1);
  }
}

/** The last run that starts at or below `value`; −1: there is none. */
function indexAt(block: readonly Run[], value: bigint): number {
  let low = -1;
  let high = block.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const run = block[middle];
    if (run && run.first <= value) low = middle;
    else high = middle;
  }
  return low;
}

/** A few changes of a decision that is not carried out yet, over what is held. */
export class HeldDraft implements HeldNumbers {
  readonly #held: HeldNumbers;
  #taken: readonly bigint[] = [];
  #freed: readonly bigint[] = [];

  constructor(held: HeldNumbers) {
    this.#held = held;
  }

  take(value: bigint): void {
    this.#taken = [...this.#taken, value];
    this.#freed = this.#freed.filter((one) => one !== value);
  }

  free(value: bigint): void {
    this.#freed = [...this.#freed, value];
    this.#taken = this.#taken.filter((one) => one !== value);
  }

  has(value: bigint): boolean {
    if (this.#taken.includes(value)) return true;
    return this.#held.has(value) && !this.#freed.includes(value);
  }

  firstGap(from: bigint): bigint {
    for (let at = from; ; ) {
      let gap = this.#held.firstGap(at);
      for (const one of this.#freed) if (one >= at && one < gap) gap = one;
      if (!this.#taken.includes(gap)) return gap;
      at = gap + 1n;
    }
  }
}
