import assert from "node:assert/strict";
import { test } from "node:test";
import type { VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { planRestart, planStart, planStop } from "./plan.ts";

function vm(runStrategy: string | undefined, status?: VirtualMachine["status"]): VirtualMachine {
  const spec = { ...(runStrategy && { runStrategy }), template: { spec: { domain: { devices: {} } } } };
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name: "web" },
    spec,
    ...(status && { status }),
  } as VirtualMachine;
}

function vmi(phase: string, terminationGracePeriodSeconds?: number): VirtualMachineInstance {
  const spec = {
    domain: { devices: {} },
    ...(terminationGracePeriodSeconds !== undefined && { terminationGracePeriodSeconds }),
  };
  const metadata = { name: "web", uid: "u1" };
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachineInstance",
    metadata,
    spec,
    status: { phase },
  } as VirtualMachineInstance;
}

const start = { action: "Start" };
const stop = { action: "Stop", uid: "u1" };
const asks = (...requests: object[]) => ({
  do: "patchStatus",
  patch: [{ op: "add", path: "/status", value: { stateChangeRequests: requests } }],
});

test("planStart() makes a halted machine run by its strategy", () => {
  const decision = planStart({ vm: vm("Halted"), vmi: undefined }, { paused: false });
  assert.deepEqual(decision, {
    do: "patchSpec",
    patch: [
      { op: "test", path: "/spec/runStrategy", value: "Halted" },
      { op: "replace", path: "/spec/runStrategy", value: "Always" },
    ],
  });
});

test("planStart() sets running: true where the machine says running", () => {
  const machine = { ...vm(undefined), spec: { ...vm(undefined).spec, running: false } };
  const decision = planStart({ vm: machine, vmi: undefined }, { paused: false });
  assert.ok(decision.do === "patchSpec");
  assert.deepEqual(decision.patch.at(-1), { op: "replace", path: "/spec/running", value: true });
});

test("planStart() asks for a paused start by a request, which the controller turns into a strategy", () => {
  const decision = planStart({ vm: vm("Halted"), vmi: undefined }, { paused: true });
  assert.deepEqual(decision, asks({ action: "Start", data: { paused: "true" } }));
});

test("planStart() refuses what runs already and what starts by itself", () => {
  const running = planStart({ vm: vm("Manual"), vmi: vmi("Running") }, { paused: false });
  assert.deepEqual(running, { do: "refuse", code: 409, sentence: "VM is already running" });
  const always = planStart({ vm: vm("Always"), vmi: undefined }, { paused: false });
  assert.deepEqual(always, { do: "refuse", code: 409, sentence: "Always does not support manual start requests" });
});

test("planStart() replaces a finished instance of a manual machine", () => {
  assert.deepEqual(planStart({ vm: vm("Manual"), vmi: vmi("Failed") }, { paused: false }), asks(stop, start));
});

test("planStart() leaves a failed instance to RerunOnFailure itself", () => {
  const decision = planStart({ vm: vm("RerunOnFailure"), vmi: vmi("Failed") }, { paused: false });
  assert.equal(
    decision.do === "refuse" && decision.sentence,
    "RerunOnFailure does not support starting VM from failed state",
  );
});

test("planStop() halts a machine that would start again", () => {
  const decision = planStop({ vm: vm("Once"), vmi: vmi("Running") }, { gracePeriodSeconds: undefined });
  assert.ok(decision.do === "patchSpec");
  assert.deepEqual(decision.patch.at(-1), { op: "replace", path: "/spec/runStrategy", value: "Halted" });
});

test("planStop() of a halted machine wants a shorter grace period than the instance has", () => {
  const facts = { vm: vm("Halted"), vmi: vmi("Running", 30) };
  const sentence = "Halted only supports manual stop requests with a shorter graceperiod";
  assert.deepEqual(planStop(facts, { gracePeriodSeconds: 30 }), { do: "refuse", code: 409, sentence });
  assert.deepEqual(planStop(facts, { gracePeriodSeconds: 0 }), asks(stop));
});

test("planStop() replaces requests that are under way, planRestart() waits for them", () => {
  const machine = vm("Manual", { stateChangeRequests: [{ action: "Start" }] });
  const facts = { vm: machine, vmi: vmi("Running") };
  assert.deepEqual(planStop(facts, { gracePeriodSeconds: undefined }), {
    do: "patchStatus",
    patch: [
      { op: "test", path: "/status/stateChangeRequests", value: [{ action: "Start" }] },
      { op: "add", path: "/status/stateChangeRequests", value: [stop] },
    ],
  });
  const restart = planRestart(facts, { gracePeriodSeconds: undefined });
  assert.equal(restart.do === "refuse" && restart.sentence, "unable to complete request: stop/start already underway");
});

test("planRestart() stops this instance and starts the next", () => {
  const facts = { vm: vm("Always", { created: true }), vmi: vmi("Running") };
  assert.deepEqual(planRestart(facts, { gracePeriodSeconds: 0 }), {
    do: "patchStatus",
    patch: [
      { op: "test", path: "/status/stateChangeRequests", value: null },
      { op: "add", path: "/status/stateChangeRequests", value: [stop, start] },
    ],
  });
});

test("a start by hand need not wait out the back-off of earlier ones", () => {
  const machine = vm("Manual", { startFailure: { consecutiveFailCount: 3 } });
  const decision = planStart({ vm: machine, vmi: undefined }, { paused: false });
  assert.ok(decision.do === "patchStatus");
  assert.deepEqual(decision.patch.at(-1), { op: "remove", path: "/status/startFailure" });
});

test("planRestart() keeps upstream's sentences, spelling included", () => {
  const halted = planRestart({ vm: vm("Halted"), vmi: undefined }, { gracePeriodSeconds: undefined });
  assert.equal(halted.do === "refuse" && halted.sentence, "RunStategy Halted does not support manual restart requests");
  const long = planRestart({ vm: vm("Always"), vmi: vmi("Running") }, { gracePeriodSeconds: 5 });
  assert.deepEqual(long, {
    do: "refuse",
    code: 400,
    sentence: "For force restart, only gracePeriod=0 is supported for now",
  });
});
