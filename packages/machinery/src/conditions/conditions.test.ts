import assert from "node:assert/strict";
import test from "node:test";
import type { Condition } from "@peapod/api";
import { isConditionTrue, microTimestampOf, removeCondition, setCondition, timestampOf } from "./conditions.ts";

const early = new Date("2026-01-01T00:00:00.123Z");
const late = new Date("2026-01-01T00:01:00Z");
const ready: Condition = { type: "Ready", status: "True", reason: "Fine" };

test("setCondition() adds with a time and keeps the time while the status stays", () => {
  const added = setCondition(undefined, ready, early);
  assert.deepEqual(added, [{ ...ready, lastTransitionTime: "2026-01-01T00:00:00Z" }]);
  const changed = setCondition(added, { ...ready, reason: "Better" }, late);
  assert.deepEqual(changed, [{ ...ready, reason: "Better", lastTransitionTime: "2026-01-01T00:00:00Z" }]);
  const flipped = setCondition(changed, { ...ready, status: "False" }, late);
  assert.deepEqual(flipped, [{ ...ready, status: "False", lastTransitionTime: "2026-01-01T00:01:00Z" }]);
});

test("setCondition() gives back the same list when nothing changes, and keeps the order", () => {
  const list = setCondition(setCondition([], ready, early), { type: "Other", status: "False" }, early);
  assert.equal(setCondition(list, ready, late), list);
  assert.deepEqual(
    setCondition(list, { ...ready, status: "False" }, late).map(({ type }) => type),
    ["Ready", "Other"],
  );
});

test("isConditionTrue() and removeCondition()", () => {
  assert.equal(isConditionTrue([ready], "Ready"), true);
  assert.equal(isConditionTrue([{ ...ready, status: "Unknown" }], "Ready"), false);
  assert.equal(isConditionTrue(undefined, "Ready"), false);
  assert.deepEqual(removeCondition([ready], "Ready"), []);
  const list = [ready];
  assert.equal(removeCondition(list, "Other"), list);
});

test("times are written in whole seconds, or in six digits", () => {
  assert.equal(timestampOf(early), "2026-01-01T00:00:00Z");
  assert.equal(microTimestampOf(early), "2026-01-01T00:00:00.123000Z");
});
