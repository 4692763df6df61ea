import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { addNumber, firstGap, hasNumber, noRuns, type Runs, removeNumber } from "./runs.ts";

test("Runs behave like a set of numbers, whatever is added and removed", () => {
  const step = fc.record({ add: fc.boolean(), value: fc.bigInt(0n, 40n) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const model = new Set<bigint>();
      let runs = noRuns;
      for (const { add, value } of steps) {
        const before = runs;
        runs = add ? addNumber(runs, value) : removeNumber(runs, value);
        if (model.has(value) === add) assert.equal(runs, before);
        if (add) model.add(value);
        else model.delete(value);
        assert.equal(runs.size, BigInt(model.size));
        for (let n = 0n; n <= 41n; n += 1n) {
          assert.equal(hasNumber(runs, n), model.has(n));
          let gap = n;
          while (model.has(gap)) gap += 1n;
          assert.equal(firstGap(runs, n), gap);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test("Runs stay shallow: 20 000 separate numbers are at most 21 deep, neighbours are one node", () => {
  let sparse = noRuns;
  for (let n = 0n; n < 40_000n; n += 2n) sparse = addNumber(sparse, n);
  assert.ok(depth(sparse) <= 21, String(depth(sparse)));
  let dense = noRuns;
  for (let n = 20_000n; n > 0n; n -= 1n) dense = addNumber(dense, n);
  assert.equal(depth(dense), 1);
  assert.equal(firstGap(dense, 1n), 20_001n);
});

function depth(runs: Runs): number {
  const of = (node: Runs["root"]): number => (node ? 1 + Math.max(of(node.left), of(node.right)) : 0);
  return of(runs.root);
}
