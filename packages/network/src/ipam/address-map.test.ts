import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { AddressMap } from "./address-map.ts";

/** Neighbours, some pages of them, and one that is far away. */
const address = fc.oneof(fc.bigInt(0n, 200n), fc.constantFrom(1n << 100n, (1n << 128n) - 1n));

test("an AddressMap behaves like a map, goes through it in order, and finds the lowest that is free", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("set" as const), from: address, count: fc.bigInt(1n, 1n) }),
    fc.record({ do: fc.constant("set" as const), from: fc.bigInt(0n, 100n), count: fc.bigInt(1n, 150n) }),
    fc.record({ do: fc.constant("delete" as const), from: address, count: fc.bigInt(1n, 70n) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), address, address, (steps, first, last) => {
      const model = new Map<bigint, string>();
      const map = new AddressMap<string>();
      for (const [n, { do: what, from, count }] of steps.entries()) {
        for (let at = from; at < from + count; at += 1n) {
          if (what === "set") {
            map.set(at, `${n}`);
            model.set(at, `${n}`);
          } else {
            map.delete(at);
            model.delete(at);
          }
        }
      }
      const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
      const inside = sorted.filter(([at]) => at >= first && at <= last).map(([, value]) => value);
      assert.deepEqual([...map.within(first, last)], inside);
      for (const at of [...model.keys(), first, last, 0n, 63n, 64n, 127n, 128n]) {
        let gap = at;
        while (model.has(gap)) gap += 1n;
        assert.deepEqual([map.get(at), map.has(at), map.firstGap(at)], [model.get(at), model.has(at), gap]);
      }
    }),
  );
});
