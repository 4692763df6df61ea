import assert from "node:assert/strict";
import { test } from "node:test";
import type { VirtualMachine, VirtualMachineInstance, VirtualMachineInstanceStatus } from "@peapod/api";
import { at } from "@peapod/machinery/testing";
import { instance, machine } from "../../testing/index.ts";
import type { Facts } from "./facts.ts";
import { decideRun } from "./run-strategy.ts";
import { vmStatus } from "./status.ts";

const stopped = machine({ spec: { runStrategy: "Halted" } });

test("vmStatus() of a VM that was never started", () => {
  assert.deepEqual(statusOf(stopped), {
    printableStatus: "Stopped",
    conditions: [
      {
        type: "Ready",
        status: "False",
        reason: "VMINotExists",
        message: "VMI does not exist",
        lastProbeTime: null,
        lastTransitionTime: "2026-01-15T12:00:00Z",
      },
    ],
  });
});

test("vmStatus() of a running VM mirrors its VMI", () => {
  const conditions = [
    { type: "Ready", status: "True", lastProbeTime: null, lastTransitionTime: "2026-01-15T11:00:09Z" },
    { type: "AgentConnected", status: "True", lastProbeTime: null, lastTransitionTime: "2026-01-15T11:00:12Z" },
  ];
  const vmi = instance({
    metadata: { annotations: { "kubevirt.io/vm-generation": "1" } },
    status: { phase: "Running", conditions },
  });
  assert.deepEqual(statusOf(machine(), vmi), {
    created: true,
    ready: true,
    printableStatus: "Running",
    runStrategy: "Always",
    observedGeneration: 1,
    desiredGeneration: 1,
    conditions,
  });
});

test("vmStatus() shows an edit that the running guest has not seen", () => {
  const edited = machine({
    metadata: { generation: 2 },
    spec: { template: { spec: { hostname: "new", domain: { devices: {} } } } },
  });
  const vmi = instance({
    metadata: { annotations: { "kubevirt.io/vm-generation": "1" } },
    status: { phase: "Running" },
  });
  const status = vmStatus({ ...factsOf(edited, vmi), revision: revisionOf(machine()) }, { do: "nothing" });
  assert.equal(status.observedGeneration, 1);
  assert.equal(status.desiredGeneration, 2);
  assert.ok(status.conditions?.some(({ type, status }) => type === "RestartRequired" && status === "True"));
});

test("vmStatus() takes a change of strategy alone for seen", () => {
  const edited = machine({ metadata: { generation: 2 }, spec: { runStrategy: "Manual" } });
  const vmi = instance({
    metadata: { annotations: { "kubevirt.io/vm-generation": "1" } },
    status: { phase: "Running" },
  });
  const status = vmStatus({ ...factsOf(edited, vmi), revision: revisionOf(machine()) }, { do: "nothing" });
  assert.equal(status.observedGeneration, 2);
  assert.equal(status.runStrategy, "Manual");
});

test("vmStatus() keeps the last failure while another attempt is due, and no longer", () => {
  const failure = { type: "Failure", status: "True", reason: "FailedCreate", message: "quota" };
  const failing = machine({ status: { conditions: [failure] } });
  assert.equal(find(statusOf(failing), "Failure")?.message, "quota");
  assert.equal(find(statusOf(failing, instance()), "Failure"), undefined);
  assert.equal(find(statusOf({ ...failing, spec: stopped.spec }), "Failure"), undefined);
});

test("vmStatus() keeps what others wrote", () => {
  const vm = machine({ status: { snapshotInProgress: "snap", volumeSnapshotStatuses: [] } });
  assert.equal(statusOf(vm).snapshotInProgress, "snap");
  assert.deepEqual(statusOf(vm).volumeSnapshotStatuses, []);
});

test("vmStatus() prints what a person wants to know first", () => {
  const going = { deletionTimestamp: "2026-01-15T11:59:59Z" };
  const unsynchronized = (reason: string) => [{ type: "Synchronized", status: "False", reason }];
  const word = (vmi: VirtualMachineInstance | undefined, vm = machine()) => statusOf(vm, vmi).printableStatus;
  const vmi = (status: VirtualMachineInstanceStatus, metadata = {}) => instance({ status, metadata });
  assert.equal(word(undefined), "Starting");
  assert.equal(word(undefined, stopped), "Stopped");
  assert.equal(word(vmi({})), "Starting");
  assert.equal(word(vmi({ phase: "Scheduled" })), "Starting");
  assert.equal(word(vmi({ phase: "Running" })), "Running");
  assert.equal(word(vmi({ phase: "Running", conditions: [{ type: "Paused", status: "True" }] })), "Paused");
  assert.equal(word(vmi({ phase: "Running" }, going)), "Stopping");
  assert.equal(word(vmi({ phase: "Running" }), stopped), "Stopping");
  assert.equal(word(vmi({ phase: "Running" }, going), machine({ metadata: going })), "Terminating");
  assert.equal(word(vmi({ phase: "Succeeded" }), stopped), "Stopped");
  assert.equal(word(vmi({ phase: "Failed" })), "CrashLoopBackOff");
  assert.equal(word(vmi({ phase: "Scheduling", conditions: unsynchronized("ErrImagePull") })), "ErrImagePull");
  assert.equal(word(vmi({ phase: "Scheduling", conditions: unsynchronized("ImagePullBackOff") })), "ImagePullBackOff");
  assert.equal(word(vmi({ phase: "Pending", conditions: unsynchronized("FailedPvcNotFound") })), "ErrorPvcNotFound");
  const unschedulable = [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }];
  assert.equal(word(vmi({ phase: "Scheduling", conditions: unschedulable })), "ErrorUnschedulable");
  assert.equal(
    word(vmi({ phase: "Running", migrationState: { startTimestamp: "2026-01-15T11:00:00Z" } })),
    "Migrating",
  );
  assert.equal(word(vmi({ phase: "Unknown" })), "Unknown");
});

function statusOf(vm: VirtualMachine, vmi?: VirtualMachineInstance) {
  return vmStatus(factsOf(vm, vmi), decideRun(vm, vmi, at("12:00:00")));
}

function factsOf(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined): Facts {
  return { vm, vmi, revision: vmi && revisionOf(vm), isStaged: false, now: at("12:00:00") };
}

function revisionOf(vm: VirtualMachine): NonNullable<Facts["revision"]> {
  const data = JSON.parse(JSON.stringify({ spec: vm.spec }));
  return { apiVersion: "apps/v1", kind: "ControllerRevision", metadata: { name: "r" }, data, revision: 1 };
}

function find(status: ReturnType<typeof vmStatus>, type: string) {
  return status.conditions?.find((condition) => condition.type === type);
}
