import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "@peapod/machinery/testing";

import { hasCondition, withCondition, withoutCondition } from "./conditions.ts";

const ready = { type: "Ready", status: "False", reason: "PodNotExists", message: "no pod" } as const;

test("withCondition() keeps the list where nothing changes", () => {
  const conditions = withCondition(undefined, ready, at("12:00:00"));
  assert.equal(withCondition(conditions, ready, at("12:00:09")), conditions);
});

test("withCondition() moves the transition time only with the status", () => {
  const first = withCondition(undefined, ready, at("12:00:00"));
  const reworded = withCondition(first, { ...ready, reason: "GuestNotRunning" }, at("12:00:05"));
  assert.equal(reworded[0]?.lastTransitionTime, "2026-01-15T12:00:00Z");
  const turned = withCondition(reworded, { type: "Ready", status: "True" }, at("12:00:09"));
  assert.deepEqual(turned, [
    { type: "Ready", status: "True", lastProbeTime: null, lastTransitionTime: "2026-01-15T12:00:09Z" },
  ]);
});

test("withoutCondition() takes one away", () => {
  const conditions = withCondition(undefined, ready, at("12:00:00"));
  assert.deepEqual(withoutCondition(conditions, "Ready"), []);
  assert.equal(withoutCondition(conditions, "Paused"), conditions);
  assert.ok(hasCondition(conditions, "Ready", "False", "PodNotExists"));
  assert.ok(!hasCondition(conditions, "Ready", "True"));
});
