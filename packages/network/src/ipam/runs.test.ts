import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { HeldDraft, type HeldNumbers, Runs } from "./runs.ts";

test("Runs behave like a set of numbers, whatever is added and removed", () => {
  const step = fc.record({ add: fc.boolean(), value: fc.bigInt(0n, 40n) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const model = new Set<bigint>();
      const runs = new Runs();
      for (const { add, value } of steps) {
        const isChange = model.has(value) !== add;
        assert.equal(add ? runs.add(value) : runs.remove(value), isChange);
        if (add) model.add(value);
        else model.delete(value);
        isAsModel(runs, model);
        const within = [...runs.within(5n, 30n)].flatMap(({ first, last }) => numbersFrom(first, last));
        assert.deepEqual(
          within,
          [...model].filter((n) => n >= 5n && n <= 30n).sort((a, b) => Number(a - b)),
        );
      }
    }),
    { numRuns: 60 },
  );
});

test("Runs behave like a set of numbers over many blocks, filled and emptied in any order", () => {
  const numbers = Array.from({ length: 3_000 }, (_, n) => BigInt(n));
  const order = fc.shuffledSubarray(numbers, { minLength: 2_000 });
  fc.assert(
    fc.property(order, order, (added, removed) => {
      const model = new Set<bigint>();
      const runs = new Runs();
      for (const value of added) assert.ok(runs.add(value) && model.add(value));
      for (const value of removed) assert.equal(runs.remove(value), model.delete(value));
      isAsModel(runs, model, 3_000n);
      for (const value of numbers) runs.add(value);
      assert.deepEqual([runs.count, runs.firstGap(0n)], [1, 3_000n]);
      for (const value of removed) runs.remove(value);
      for (const value of numbers) runs.remove(value);
      assert.deepEqual([runs.count, runs.firstGap(0n)], [0, 0n]);
    }),
    { numRuns: 8 },
  );
});

test("neighbours are one run, whichever way they came", () => {
  const dense = new Runs();
  for (let n = 20_000n; n > 0n; n -= 1n) dense.add(n);
  assert.deepEqual([dense.count, dense.firstGap(1n)], [1, 20_001n]);
});

test("a HeldDraft behaves like the set with its changes made, and leaves the set alone", () => {
  const numbers = fc.array(fc.bigInt(0n, 30n), { maxLength: 20 });
  const step = fc.record({ take: fc.boolean(), value: fc.bigInt(0n, 30n) });
  fc.assert(
    fc.property(numbers, fc.array(step, { maxLength: 6 }), (held, steps) => {
      const runs = new Runs();
      for (const value of held) runs.add(value);
      const model = new Set(held);
      const draft = new HeldDraft(runs);
      for (const { take, value } of steps) {
        // Only what is free is taken, and only what was held before is freed.
        if (take && !model.has(value)) {
          draft.take(value);
          model.add(value);
        } else if (!take && model.has(value) && held.includes(value)) {
          draft.free(value);
          model.delete(value);
        } else continue;
        isAsModel(draft, model);
      }
      isAsModel(runs, new Set(held));
    }),
  );
});

function isAsModel(numbers: HeldNumbers, model: ReadonlySet<bigint>, upTo = 41n): void {
  for (let n = upTo; n >= 0n; n -= 1n) {
    assert.equal(numbers.has(n), model.has(n));
    let gap = n;
    while (model.has(gap)) gap += 1n;
    assert.equal(numbers.firstGap(n), gap);
  }
}

function numbersFrom(first: bigint, last: bigint): readonly bigint[] {
  return Array.from({ length: Number(last - first) + 1 }, (_, n) => first + BigInt(n));
}
