import type { Allocation, Owner } from "./types.ts";

const fewestSlots = 16;
/** The odd constant of Fibonacci hashing: 2³² divided by the golden ratio. */
const spread = 0x9e3779b1;

/**
 * What each owner holds, by a hash of the owner: a table of numbers with open addressing. `Map` follows half a dozen pointers to find
 * that somebody holds nothing yet, each of them a miss of the processor's caches once there are 100 000 owners; here it is one. And a
 * `Map` that owners come to and go from leaves its old tables behind, which keep alive what was in them until a full collection.
 */
export class OwnerIndex {
  /** Of each slot a hash, and one more than the place of what the owner holds; that is 0 where the slot is empty. */
  #slots = new Uint32Array(2 * fewestSlots);
  /** No list is empty, and none is missing. */
  readonly #held: (readonly Allocation[])[] = [];

  get count(): number {
    return this.#held.length;
  }

  get(owner: Owner): readonly Allocation[] | undefined {
    return this.#held[this.#placeIn(this.#find(owner, hashOf(owner)))];
  }

  /** @param held  all of it; none: the owner is forgotten */
  set(owner: Owner, held: readonly Allocation[]): void {
    const hash = hashOf(owner);
    const slot = this.#find(owner, hash);
    const place = this.#placeIn(slot);
    if (place >= 0 && held.length > 0) this.#held[place] = held;
    else if (place >= 0) this.#remove(slot);
    else if (held.length > 0) this.#add(slot, hash, held);
  }

  values(): IterableIterator<readonly Allocation[]> {
    return this.#held.values();
  }

  /** The slot of an owner, or the empty one where its search ends. */
  #find(owner: Owner, hash: number): number {
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const place = this.#placeIn(slot);
      if (place < 0 || (this.#slots[2 * slot] === hash && isOf(owner, this.#held[place]))) return slot;
    }
  }

  get #mask(): number {
    return this.#slots.length / 2 - 1;
  }

  /** −1: the slot is empty. */
  #placeIn(slot: number): number {
    return (this.#slots[2 * slot + 1] ?? 0) - 1;
  }

  #add(slot: number, hash: number, held: readonly Allocation[]): void {
    this.#slots[2 * slot] = hash;
    this.#slots[2 * slot + 1] = this.#held.push(held);
    if (this.count > this.#mask / 2) this.#resize(4 * (this.#mask + 1));
  }

  #remove(slot: number): void {
    const place = this.#placeIn(slot);
    const last = this.#held.at(-1);
    const mover = last?.[0]?.owner;
    if (last && mover) {
      this.#slots[2 * this.#find(mover, hashOf(mover)) + 1] = place + 1;
      this.#held[place] = last;
    }
    this.#held.pop();
    this.#closeGap(slot);
    const slots = this.#mask + 1;
    if (slots > fewestSlots && this.count < slots / 16) this.#resize(slots / 4);
  }

  /** Whoever stands behind in the same row and may stand here moves up: a search ends at the first empty slot. */
  #closeGap(slot: number): void {
    const mask = this.#mask;
    let gap = slot;
    for (let at = (slot + 1) & mask; this.#placeIn(at) >= 0; at = (at + 1) & mask) {
      const home = (this.#slots[2 * at] ?? 0) & mask;
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      this.#slots.copyWithin(2 * gap, 2 * at, 2 * at + 2);
      gap = at;
    }
    this.#slots.fill(0, 2 * gap, 2 * gap + 2);
  }

  #resize(slots: number): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(2 * slots);
    for (let from = 0; from < old.length; from += 2) {
      const [hash = 0, place = 0] = [old[from], old[from + 1]];
      if (place === 0) continue;
      let slot = hash & this.#mask;
      while (this.#placeIn(slot) >= 0) slot = (slot + 1) & this.#mask;
      this.#slots[2 * slot] = hash;
      this.#slots[2 * slot + 1] = place;
    }
  }
}

function isOf({ kind, namespace, name }: Owner, held: readonly Allocation[] | undefined): boolean {
  const owner = held?.[0]?.owner;
  return owner?.name === name && owner.namespace === namespace && owner.kind === kind;
}

/** 32 bits. */
function hashOf({ namespace, name }: Owner): number {
  let hash = namespace.length;
  for (let at = 0; at < namespace.length; at += 1) hash = Math.imul(hash ^ namespace.charCodeAt(at), spread);
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), spread);
  return (hash ^ (hash >>> 15)) >>> 0;
}
