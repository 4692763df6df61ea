import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "@peapod/machinery/testing";
import { instance } from "../testing/index.ts";
import { isFinal, isUnprocessed, phaseOf, wasRunning, withPhase } from "./phase.ts";

test("withPhase() notes when each phase was entered, once", () => {
  const pending = withPhase({}, "Pending", at("12:00:00"));
  const scheduling = withPhase(pending, "Scheduling", at("12:00:01"));
  assert.deepEqual(scheduling, {
    phase: "Scheduling",
    phaseTransitionTimestamps: [
      { phase: "Pending", phaseTransitionTimestamp: "2026-01-15T12:00:00Z" },
      { phase: "Scheduling", phaseTransitionTimestamp: "2026-01-15T12:00:01Z" },
    ],
  });
  assert.equal(withPhase(scheduling, "Scheduling", at("12:00:09")), scheduling);
});

test("phases tell what became of a guest", () => {
  assert.equal(phaseOf(instance()), "");
  assert.ok(isUnprocessed(instance()));
  assert.ok(isUnprocessed(instance({ status: { phase: "Pending" } })));
  assert.ok(!isUnprocessed(instance({ status: { phase: "Scheduling" } })));
  assert.ok(isFinal(instance({ status: { phase: "Failed" } })));
  assert.ok(!isFinal(instance({ status: { phase: "Running" } })));
  assert.ok(!wasRunning(instance({ status: { phase: "Failed" } })));
  assert.ok(wasRunning(instance({ status: { phase: "Failed", phaseTransitionTimestamps: [{ phase: "Running" }] } })));
});
