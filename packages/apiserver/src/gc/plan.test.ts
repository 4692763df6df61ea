import assert from "node:assert/strict";
import { test } from "node:test";
import { type GcFacts, type OwnerFact, planCollection } from "./plan.ts";

const owner = (uid: string, state: OwnerFact["state"]): OwnerFact => ({
  reference: { apiVersion: "v1", kind: "ConfigMap", name: uid, uid },
  state,
});
const facts = (given: Partial<GcFacts>): GcFacts => ({
  uid: "me",
  finalizers: [],
  isBeingDeleted: false,
  owners: [],
  dependents: [],
  ...given,
});

test("planCollection() leaves alone what has no owner, or one that lives", () => {
  assert.deepEqual(planCollection(facts({})).steps, []);
  assert.deepEqual(planCollection(facts({ owners: [owner("a", "solid")] })).steps, []);
});

test("planCollection() deletes what has lost all its owners", () => {
  const { steps } = planCollection(facts({ owners: [owner("a", "absent"), owner("b", "absent")] }));
  assert.deepEqual(steps, [{ do: "delete", uid: "me", policy: "Background" }]);
});

test("planCollection() takes lost owners off what still has one", () => {
  const { steps } = planCollection(
    facts({ owners: [owner("a", "absent"), owner("b", "solid"), owner("c", "waiting")] }),
  );
  assert.deepEqual(steps, [{ do: "dropOwners", uid: "me", owners: ["a", "c"] }]);
});

test("planCollection() deletes in the foreground what others depend on in their turn", () => {
  const { steps } = planCollection(
    facts({ owners: [owner("a", "waiting")], dependents: [{ uid: "child", blocksOwner: true }] }),
  );
  assert.deepEqual(steps, [{ do: "delete", uid: "me", policy: "Foreground" }]);
});

test("planCollection() holds a foreground deletion until nothing blocks it", () => {
  const waiting = { finalizers: ["foregroundDeletion"], isBeingDeleted: true };
  assert.deepEqual(planCollection(facts({ ...waiting, dependents: [{ uid: "c", blocksOwner: true }] })).steps, []);
  assert.deepEqual(planCollection(facts({ ...waiting, dependents: [{ uid: "c", blocksOwner: false }] })).steps, [
    { do: "dropFinalizer", uid: "me", finalizer: "foregroundDeletion" },
  ]);
});

test("planCollection() frees the dependents of an object that leaves orphans", () => {
  const { steps } = planCollection(
    facts({ finalizers: ["orphan"], isBeingDeleted: true, dependents: [{ uid: "c", blocksOwner: false }] }),
  );
  assert.deepEqual(steps, [
    { do: "dropOwners", uid: "c", owners: ["me"] },
    { do: "dropFinalizer", uid: "me", finalizer: "orphan" },
  ]);
});
