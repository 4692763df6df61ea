import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "@peapod/machinery/testing";
import { facts, instanceOf, names, strategy, vmiUid, writtenStatus } from "../../testing/machine-facts.ts";
import { planVirtualMachine } from "./plan.ts";
import { backoffSeconds } from "./start-failure.ts";

test("backoffSeconds() grows with the square of the failures, up to half as much again", () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((failures) => backoffSeconds(failures, 0)),
    [10, 40, 90, 160, 250],
  );
  assert.deepEqual(
    [1, 2, 3].map((failures) => backoffSeconds(failures, 0.999)),
    [15, 60, 135],
  );
});

test("backoffSeconds() never exceeds five minutes", () => {
  assert.equal(backoffSeconds(5, 0.999), 300);
  assert.equal(backoffSeconds(1000, 0), 300);
});

test("planVirtualMachine() counts a start that failed before the guest ran, and waits longer each time", () => {
  const vm = strategy("Always");
  const status = writtenStatus(planVirtualMachine(facts(vm, instanceOf(vm, "Failed"))).steps);
  assert.equal(status?.startFailure?.consecutiveFailCount, 1);
  assert.equal(status?.startFailure?.lastFailedVMIUID, vmiUid);
  const first = Date.parse(status?.startFailure?.retryAfterTimestamp ?? "") - at("12:00:00").getTime();
  assert.ok(first >= 10_000 && first <= 16_000, `${first}`);
  assert.equal(status?.printableStatus, "CrashLoopBackOff");

  const third = strategy("Always", { startFailure: { consecutiveFailCount: 2, lastFailedVMIUID: "earlier" } });
  const later = writtenStatus(planVirtualMachine(facts(third, instanceOf(third, "Failed"))).steps);
  const wait = Date.parse(later?.startFailure?.retryAfterTimestamp ?? "") - at("12:00:00").getTime();
  assert.ok(wait >= 90_000 && wait <= 136_000, `${wait}`);
});

test("planVirtualMachine() counts each failed VMI once", () => {
  const vm = strategy("Always", {
    startFailure: { consecutiveFailCount: 1, lastFailedVMIUID: vmiUid, retryAfterTimestamp: "2026-01-15T12:00:11Z" },
  });
  const status = writtenStatus(planVirtualMachine(facts(vm, instanceOf(vm, "Failed"))).steps);
  assert.equal(status?.startFailure?.consecutiveFailCount, 1);
});

test("planVirtualMachine() waits out the start back-off", () => {
  const vm = strategy("Always", {
    runStrategy: "Always",
    startFailure: { consecutiveFailCount: 1, lastFailedVMIUID: "x", retryAfterTimestamp: "2026-01-15T12:00:20Z" },
  });
  const plan = planVirtualMachine(facts(vm));
  assert.deepEqual(names(plan.steps), ["writeStatus"]);
  assert.equal(plan.lookAgainInMs, 20_000);
  assert.equal(writtenStatus(plan.steps)?.printableStatus, "CrashLoopBackOff");
  const after = planVirtualMachine({ ...facts(vm), now: at("12:00:20") });
  assert.deepEqual(names(after.steps), ["createInstance", "createRevision"]);
});

test("planVirtualMachine() does not let a person who asks for a restart wait", () => {
  const startFailure = { consecutiveFailCount: 3, lastFailedVMIUID: "x", retryAfterTimestamp: "2026-01-15T12:04:00Z" };
  const asked = strategy("Always", { startFailure, stateChangeRequests: [{ action: "Start" }] });
  assert.deepEqual(names(planVirtualMachine(facts(asked)).steps), ["createInstance", "createRevision"]);
  const stopping = strategy("Always", { stateChangeRequests: [{ action: "Stop", uid: vmiUid }, { action: "Start" }] });
  const status = writtenStatus(planVirtualMachine(facts(stopping, instanceOf(stopping, "Failed"))).steps);
  assert.equal(status?.startFailure, undefined);
});

test("planVirtualMachine() forgets failures once a guest ran, and where nothing starts by itself", () => {
  const startFailure = { consecutiveFailCount: 3, lastFailedVMIUID: "x" };
  const ran = strategy("Always", { startFailure });
  assert.equal(
    writtenStatus(planVirtualMachine(facts(ran, instanceOf(ran, "Running"))).steps)?.startFailure,
    undefined,
  );
  const halted = strategy("Halted", { startFailure });
  assert.equal(writtenStatus(planVirtualMachine(facts(halted)).steps)?.startFailure, undefined);
});
