import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { machine } from "../../testing/index.ts";
import {
  deleted,
  facts,
  inPhase,
  instanceOf,
  names,
  running,
  stepsAfterStatus,
  strategy,
  vmiUid,
  writtenStatus,
} from "../../testing/machine-facts.ts";
import { settle } from "../../testing/settle-machine.ts";
import { planVirtualMachine } from "./plan.ts";

test("planVirtualMachine() starts a VM that always runs", () => {
  const plan = planVirtualMachine(facts(machine()));
  assert.deepEqual(names(plan.steps), ["createInstance", "createRevision"]);
  const [create, revision] = plan.steps;
  assert.ok(create?.do === "createInstance" && revision?.do === "createRevision");
  assert.equal(create.vmi.metadata.name, "web");
  assert.equal(revision.revision.metadata.name, `revision-start-vm-${machine().metadata.uid}-1`);
  assert.deepEqual(revision.revision.data, { spec: machine().spec });
  assert.equal(revision.revision.revision, 1);
});

test("planVirtualMachine() understands the older running field", () => {
  assert.deepEqual(names(planVirtualMachine(facts(running(true))).steps), ["createInstance", "createRevision"]);
  assert.deepEqual(stepsAfterStatus(running(false)), []);
  assert.deepEqual(stepsAfterStatus(running(false), instanceOf(running(false), "Running")), ["deleteInstance"]);
});

test("planVirtualMachine() leaves a running VMI alone under every strategy that wants one", () => {
  assert.deepEqual(stepsAfterStatus(strategy("Always"), instanceOf(strategy("Always"), "Running")), []);
  assert.deepEqual(stepsAfterStatus(strategy("RerunOnFailure"), instanceOf(strategy("RerunOnFailure"), "Running")), []);
  assert.deepEqual(stepsAfterStatus(strategy("Manual"), instanceOf(strategy("Manual"), "Running")), []);
  assert.deepEqual(stepsAfterStatus(strategy("Once"), instanceOf(strategy("Once"), "Running")), []);
});

test("planVirtualMachine() makes nothing of a halted or manual VM nobody asked for", () => {
  assert.deepEqual(stepsAfterStatus(strategy("Halted")), []);
  assert.deepEqual(stepsAfterStatus(strategy("Manual")), []);
});

test("planVirtualMachine() starts RerunOnFailure and Once by themselves the first time", () => {
  assert.deepEqual(names(planVirtualMachine(facts(strategy("RerunOnFailure"))).steps), [
    "createInstance",
    "createRevision",
  ]);
  assert.deepEqual(names(planVirtualMachine(facts(strategy("Once"))).steps), ["createInstance", "createRevision"]);
  assert.deepEqual(stepsAfterStatus(strategy("RerunOnFailure", { runStrategy: "RerunOnFailure" })), []);
});

test("planVirtualMachine() replaces a VMI that ended under Always, whether it failed or was shut down", () => {
  assert.deepEqual(stepsAfterStatus(strategy("Always"), instanceOf(strategy("Always"), "Failed")), [
    "deleteInstance",
    "releaseInstance",
  ]);
  assert.deepEqual(stepsAfterStatus(strategy("Always"), instanceOf(strategy("Always"), "Succeeded")), [
    "deleteInstance",
    "releaseInstance",
  ]);
});

test("planVirtualMachine() reruns only what failed under RerunOnFailure", () => {
  const vm = strategy("RerunOnFailure", { runStrategy: "RerunOnFailure" });
  const failed = planVirtualMachine(facts(vm, instanceOf(vm, "Failed", { ran: true })));
  assert.deepEqual(names(failed.steps), ["writeStatus", "deleteInstance", "releaseInstance"]);
  assert.deepEqual(writtenStatus(failed.steps)?.stateChangeRequests, [{ action: "Start" }]);
  const succeeded = planVirtualMachine(facts(vm, instanceOf(vm, "Succeeded", { ran: true })));
  assert.equal(writtenStatus(succeeded.steps)?.stateChangeRequests, undefined);
  assert.ok(names(succeeded.steps).includes("deleteInstance"));
});

test("planVirtualMachine() keeps a manual or once-run VMI that ended", () => {
  for (const name of ["Manual", "Once"] as const) {
    assert.deepEqual(stepsAfterStatus(strategy(name), instanceOf(strategy(name), "Failed")), ["releaseInstance"]);
    assert.deepEqual(stepsAfterStatus(strategy(name), instanceOf(strategy(name), "Succeeded")), ["releaseInstance"]);
  }
});

test("planVirtualMachine() stops the VMI that a request names, and no other", () => {
  const asked = (uid: string) => strategy("Manual", { stateChangeRequests: [{ action: "Stop", uid }] });
  assert.deepEqual(stepsAfterStatus(asked(vmiUid), instanceOf(asked(vmiUid), "Running")), ["deleteInstance"]);
  assert.deepEqual(stepsAfterStatus(asked("other"), instanceOf(asked("other"), "Running")), []);
});

test("planVirtualMachine() starts a manual VM on request, paused if the request says so", () => {
  const asked = strategy("Manual", { stateChangeRequests: [{ action: "Start", data: { paused: "true" } }] });
  const [create] = planVirtualMachine(facts(asked)).steps;
  assert.ok(create?.do === "createInstance");
  assert.equal(create.vmi.spec.startStrategy, "Paused");
});

test("planVirtualMachine() switches a halted VM on when it is to start paused", () => {
  const asked = strategy("Halted", { stateChangeRequests: [{ action: "Start", data: { paused: "true" } }] });
  assert.deepEqual(stepsAfterStatus(asked), ["switchOn"]);
});

test("planVirtualMachine() restarts on [Stop, Start] under Always, RerunOnFailure and Manual", () => {
  for (const name of ["Always", "RerunOnFailure", "Manual"] as const) {
    const requests = [{ action: "Stop", uid: vmiUid }, { action: "Start" }];
    const vm = strategy(name, { stateChangeRequests: requests, runStrategy: name });
    const first = planVirtualMachine(facts(vm, instanceOf(vm, "Running")));
    assert.ok(names(first.steps).includes("deleteInstance"), name);
    const gone = planVirtualMachine(
      facts({ ...vm, status: { ...vm.status, stateChangeRequests: [{ action: "Start" }] } }),
    );
    assert.deepEqual(names(gone.steps), ["createInstance", "createRevision"], name);
  }
});

test("planVirtualMachine() drops requests that are done", () => {
  const requests = [{ action: "Stop", uid: "gone" }, { action: "Start" }];
  const vm = strategy("Always", { stateChangeRequests: requests });
  const status = writtenStatus(planVirtualMachine(facts(vm, instanceOf(vm, "Running"))).steps);
  assert.equal(status?.stateChangeRequests, undefined);
});

test("planVirtualMachine() does not repeat a deletion that is under way", () => {
  const vm = strategy("Halted");
  const vmi = instanceOf(vm, "Running");
  const going = { ...vmi, metadata: { ...vmi.metadata, deletionTimestamp: "2026-01-15T11:59:59Z" } };
  assert.deepEqual(stepsAfterStatus(vm, going), []);
});

test("planVirtualMachine() deletes the VMI before it lets a deleted VM go", () => {
  const vm = deleted(machine());
  const vmi = instanceOf(vm, "Running");
  const first = planVirtualMachine(facts(vm, vmi));
  assert.deepEqual(names(first.steps), ["writeStatus", "deleteInstance"]);
  assert.equal(writtenStatus(first.steps)?.printableStatus, "Terminating");
  assert.deepEqual(names(planVirtualMachine(facts(vm)).steps), ["removeFinalizer"]);
});

test("planVirtualMachine() leaves the VMI of a VM that is deleted with its children orphaned", () => {
  const vm = deleted(machine({ metadata: { finalizers: ["orphan", "kubevirt.io/virtualMachineControllerFinalize"] } }));
  assert.deepEqual(names(planVirtualMachine(facts(vm, instanceOf(vm, "Running"))).steps), ["removeFinalizer"]);
});

test("planVirtualMachine() makes sure a VM cannot vanish unseen", () => {
  const vm = machine({ metadata: { finalizers: [] } });
  assert.deepEqual(names(planVirtualMachine(facts(vm)).steps), ["createInstance", "createRevision", "addFinalizer"]);
});

test("planVirtualMachine() adopts a VMI of its name that nobody owns", () => {
  const vm = machine();
  const vmi = instanceOf(vm, "Running");
  const orphan = { ...vmi, metadata: { ...vmi.metadata, ownerReferences: [] } };
  assert.deepEqual(stepsAfterStatus(vm, orphan), ["adoptInstance"]);
});

test("planVirtualMachine() leaves another controller's VMI alone and says why it cannot start", () => {
  const vm = machine();
  const vmi = instanceOf(vm, "Running");
  const owner = {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachineInstanceReplicaSet",
    name: "set",
    uid: "s",
    controller: true,
  };
  const foreign = { ...vmi, metadata: { ...vmi.metadata, ownerReferences: [owner] } };
  const { steps } = planVirtualMachine(facts(vm, foreign));
  assert.deepEqual(names(steps), ["writeStatus"]);
  const failure = writtenStatus(steps)?.conditions?.find(({ type }) => type === "Failure");
  assert.equal(failure?.reason, "FailedCreate");
  assert.match(failure?.message ?? "", /virtualmachineinstances\.kubevirt\.io "web" already exists/);
});

test("planVirtualMachine() makes up for a death between the VMI and its revision", () => {
  const vm = machine();
  const seen = { ...facts(vm, instanceOf(vm, "Running")), revision: undefined };
  assert.ok(names(planVirtualMachine(seen).steps).includes("createRevision"));
  const edited = machine({ metadata: { generation: 2 } });
  assert.ok(!names(planVirtualMachine({ ...seen, vm: edited }).steps).includes("createRevision"));
});

test("planVirtualMachine() deletes the revision of an earlier generation with its VMI", () => {
  const vm = strategy("Halted");
  const seen = facts(vm, instanceOf(vm, "Succeeded"));
  assert.ok(!names(planVirtualMachine(seen).steps).includes("deleteRevision"));
  const edited = { ...seen, vm: { ...vm, metadata: { ...vm.metadata, generation: 2 } } };
  const steps = planVirtualMachine(edited).steps.filter((step) => step.do === "deleteRevision");
  assert.deepEqual(
    steps.map(({ name }) => name),
    [`revision-start-vm-${vm.metadata.uid}-1`],
  );
});

test("planVirtualMachine() converges for every strategy from nothing to a running guest and back", () => {
  for (const name of ["Always", "RerunOnFailure", "Manual", "Once", "Halted"] as const) {
    const asked = name === "Manual" ? { stateChangeRequests: [{ action: "Start" }] } : {};
    let world = settle(facts(strategy(name, asked)));
    assert.deepEqual(planVirtualMachine(world).steps, [], name);
    if (!world.vmi) {
      assert.equal(name, "Halted");
      continue;
    }
    world = settle({ ...world, vmi: inPhase(world.vmi, "Running") });
    assert.equal(world.vm.status?.printableStatus, "Running", name);
    world = settle({ ...world, vm: { ...world.vm, spec: { ...world.vm.spec, runStrategy: "Halted" } } });
    assert.ok(world.vmi?.metadata.deletionTimestamp, name);
    world = settle({ ...world, vmi: inPhase(world.vmi, "Succeeded") });
    assert.deepEqual(world.vmi?.metadata.finalizers, ["kubevirt.io/foregroundDeleteVirtualMachine"], name);
    world = settle({ ...world, vmi: undefined, revision: undefined });
    assert.equal(world.vm.status?.printableStatus, "Stopped", name);
    assert.deepEqual(planVirtualMachine(world).steps, [], name);
  }
});

test("planVirtualMachine() converges from any strategy, phase, request and history", () => {
  const anyRequests = fc.array(
    fc.constantFrom({ action: "Start" }, { action: "Stop", uid: vmiUid }, { action: "Stop", uid: "other" }),
    { maxLength: 3 },
  );
  const anyWorld = fc.record({
    runStrategy: fc.constantFrom("Always", "RerunOnFailure", "Manual", "Once", "Halted"),
    before: fc.constantFrom(undefined, "Always", "RerunOnFailure", "Halted"),
    stateChangeRequests: anyRequests,
    phase: fc.constantFrom(undefined, "", "Pending", "Scheduled", "Running", "Succeeded", "Failed"),
    ran: fc.boolean(),
    isVmDeleted: fc.boolean(),
    isVmiDeleted: fc.boolean(),
    failures: fc.nat(5),
  });
  fc.assert(
    fc.property(anyWorld, ({ runStrategy, before, stateChangeRequests, phase, ran, failures, ...world }) => {
      const status = {
        stateChangeRequests,
        ...(before && { runStrategy: before }),
        ...(failures > 0 && { startFailure: { consecutiveFailCount: failures, lastFailedVMIUID: "x" } }),
      };
      const vm = world.isVmDeleted ? deleted(strategy(runStrategy, status)) : strategy(runStrategy, status);
      const vmi = phase === undefined ? undefined : instanceOf(vm, phase, { ran });
      const settled = settle(facts(vm, vmi && world.isVmiDeleted ? deleted(vmi) : vmi));
      assert.deepEqual(planVirtualMachine(settled).steps, []);
    }),
  );
});

test("planVirtualMachine() gives the same steps for the same facts", () => {
  const vm = strategy("RerunOnFailure", { runStrategy: "RerunOnFailure" });
  const seen = facts(vm, instanceOf(vm, "Failed"));
  assert.deepEqual(planVirtualMachine(seen), planVirtualMachine(seen));
});
