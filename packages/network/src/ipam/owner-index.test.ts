import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { OwnerIndex } from "./owner-index.ts";
import { type Allocation, type Owner, ownerKey } from "./types.ts";

test("an OwnerIndex behaves like a map by owners, whoever comes and goes", () => {
  const owner = fc.record({
    kind: fc.constantFrom("vm" as const, "pod" as const),
    namespace: fc.constantFrom("a", "b"),
    name: fc.constantFrom("web", "db", "ba", "ab", "c", ...Array.from({ length: 30 }, (_, n) => `vm${n}`)),
  });
  const step = fc.record({ owner, count: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const model = new Map<string, readonly Allocation[]>();
      const index = new OwnerIndex();
      for (const { owner: who, count } of steps) {
        const held = Array.from({ length: count }, (_, n) => allocation(who, BigInt(n)));
        index.set(who, held);
        if (count > 0) model.set(ownerKey(who), held);
        else model.delete(ownerKey(who));
      }
      isAsModel(index, model);
      for (const { owner: who } of steps) assert.equal(index.get(who), model.get(ownerKey(who)));
    }),
  );
});

test("an OwnerIndex grows and shrinks with its owners, and finds each of them all the time", () => {
  const owners = Array.from({ length: 5_000 }, (_, n) => ({ kind: "vm", namespace: "a", name: `vm-${n}` }) as const);
  const model = new Map<string, readonly Allocation[]>();
  const index = new OwnerIndex();
  for (const who of owners) {
    const held = [allocation(who, 0n)];
    index.set(who, held);
    model.set(ownerKey(who), held);
  }
  isAsModel(index, model);
  for (const [n, who] of owners.entries()) {
    index.set(who, []);
    model.delete(ownerKey(who));
    if (n % 500 === 0) isAsModel(index, model);
  }
  isAsModel(index, model);
});

function isAsModel(index: OwnerIndex, model: ReadonlyMap<string, readonly Allocation[]>): void {
  assert.equal(index.count, model.size);
  assert.deepEqual(new Set(index.values()), new Set(model.values()));
  for (const held of model.values()) for (const { owner } of held) assert.equal(index.get(owner), held);
}

function allocation(owner: Owner, address: bigint): Allocation {
  const holder = { podUid: "u", podName: "p", node: "n1" };
  const allocatedAt = "2026-01-15T12:00:00Z";
  return { pool: "a", family: 4, address, owner: { ...owner, interface: "eth0" }, holder, allocatedAt };
}
