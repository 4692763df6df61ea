import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "@peapod/api";
import { at, stepNames } from "@peapod/machinery/testing";
import { planPodGarbage } from "./plan.ts";

const pod = (phase: "Running" | "Succeeded"): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "default" },
  spec: { nodeName: "gone", containers: [] },
  status: { phase },
});

test("planPodGarbage() waits, for the node may come back", () => {
  const plan = planPodGarbage({ pod: pod("Running"), orphanedSince: at("12:00:00"), now: at("12:00:30") });
  assert.deepEqual(plan, { steps: [], lookAgainInMs: 10_000 });
});

test("planPodGarbage() fails and deletes what nobody will finish", () => {
  const gone = { orphanedSince: at("12:00:00"), now: at("12:00:40") };
  assert.deepEqual(stepNames(planPodGarbage({ pod: pod("Running"), ...gone })), ["markFailed", "deletePod"]);
  assert.deepEqual(stepNames(planPodGarbage({ pod: pod("Succeeded"), ...gone })), ["deletePod"]);
});

test("planPodGarbage() leaves pods of living nodes alone", () => {
  assert.deepEqual(planPodGarbage({ pod: pod("Running"), orphanedSince: undefined, now: at("12:00:00") }).steps, []);
});
