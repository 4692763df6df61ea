import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod, PodCondition, VirtualMachineInstance, VirtualMachineInstanceStatus } from "@peapod/api";
import { at, stepNames } from "@peapod/machinery/testing";
import { launcherPodName } from "../../render/launcher-pod/index.ts";
import { instance, launcherPod } from "../../testing/index.ts";
import { settle } from "../../testing/settle-instance.ts";
import type { Facts, Step } from "./facts.ts";
import { planInstance } from "./plan.ts";

const finalizers = ["kubevirt.io/virtualMachineControllerFinalize", "kubevirt.io/foregroundDeleteVirtualMachine"];
const readyTrue: PodCondition = { type: "Ready", status: "True", lastTransitionTime: "2026-01-15T11:59:00Z" };
const unpaused: PodCondition = { type: "kubevirt.io/virtual-machine-unpaused", status: "True" };

test("planInstance() makes the pod of a new VMI, and nothing else", () => {
  const plan = planInstance(facts(vmi("Pending")));
  assert.deepEqual(stepNames(plan), ["createPod"]);
  const [create] = plan.steps;
  assert.equal(create?.do === "createPod" && create.pod.metadata.name, launcherPodName(vmi("Pending")));
});

test("planInstance() is Scheduling once there is a pod, and not ready yet", () => {
  const plan = planInstance(facts(vmi("Pending"), pod()));
  assert.deepEqual(stepNames(plan), ["markPod", "writeInstance"]);
  const after = written(plan.steps);
  assert.equal(after?.status?.phase, "Scheduling");
  assert.deepEqual(after?.status?.activePods, { "pod-1": "" });
  assert.equal(after?.status?.runtimeUser, 107);
  assert.deepEqual(ready(after), ["False", "GuestNotRunning", "Guest VM is not reported as running"]);
});

test("planInstance() hands a VMI to its node once the pod is up there", () => {
  const after = written(planInstance(facts(vmi("Scheduling"), up())).steps);
  assert.equal(after?.status?.phase, "Scheduled");
  assert.equal(after?.status?.nodeName, "n1");
  assert.equal(after?.metadata.labels?.["kubevirt.io/nodeName"], "n1");
  assert.deepEqual(after?.status?.activePods, { "pod-1": "n1" });
  assert.equal(after?.status?.qosClass, "Burstable");
  assert.equal(after?.status?.launcherContainerImageVersion, "launcher");
});

test("planInstance() goes through both phases at once when the pod was quick", () => {
  const after = written(planInstance(facts(vmi("Pending"), up())).steps);
  assert.equal(after?.status?.phase, "Scheduled");
  assert.deepEqual(
    after?.status?.phaseTransitionTimestamps?.map(({ phase }) => phase),
    ["Pending", "Scheduling", "Scheduled"],
  );
});

test("planInstance() writes a VMI twice at most from creation to Scheduled", () => {
  const first = settle(facts(vmi("Pending")));
  assert.equal(first.instanceWrites, 1);
  assert.equal(first.vmi.status?.phase, "Scheduling");
  const bound = settle({
    ...first,
    pod: { ...first.pod, ...pod(), spec: { ...first.pod?.spec, containers: [], nodeName: "n1" } },
  });
  assert.equal(bound.instanceWrites, 0);
  const handed = settle({ ...first, pod: up() });
  assert.equal(handed.instanceWrites, 1);
  assert.equal(handed.vmi.status?.phase, "Scheduled");
});

test("planInstance() waits for every container of the pod", () => {
  const waiting = up();
  const statuses = waiting.status?.containerStatuses?.map((status) => ({ ...status, ready: false })) ?? [];
  const partly = { ...waiting, status: { ...waiting.status, containerStatuses: statuses } };
  assert.equal(
    written(planInstance(facts(vmi("Scheduling"), partly)).steps)?.status?.phase ?? "Scheduling",
    "Scheduling",
  );
});

test("planInstance() says why a pod cannot be scheduled, and takes it back", () => {
  const unschedulable: PodCondition = {
    type: "PodScheduled",
    status: "False",
    reason: "Unschedulable",
    message: "0/1 nodes are available",
  };
  const after = written(planInstance(facts(vmi("Scheduling"), pod({ conditions: [unpaused, unschedulable] }))).steps);
  assert.deepEqual(condition(after, "PodScheduled"), ["False", "Unschedulable", "0/1 nodes are available"]);
  assert.ok(after);
  const bound = pod({ conditions: [unpaused, { type: "PodScheduled", status: "True" }] });
  assert.equal(condition(written(planInstance(facts(after, bound)).steps), "PodScheduled"), undefined);
});

test("planInstance() says which image cannot be pulled, and takes it back", () => {
  const waiting = { reason: "ErrImagePull", message: "no such image" };
  const statuses = [{ name: "volumedisk", image: "x", imageID: "", ready: false, restartCount: 0, state: { waiting } }];
  const after = written(
    planInstance(facts(vmi("Scheduling"), pod({ conditions: [unpaused], containerStatuses: statuses }))).steps,
  );
  assert.deepEqual(condition(after, "Synchronized"), ["False", "ErrImagePull", "no such image"]);
  assert.ok(after);
  const handed = written(planInstance(facts(after, up())).steps);
  assert.equal(handed?.status?.phase, "Scheduled");
  assert.equal(condition(handed, "Synchronized"), undefined);
});

test("planInstance() says why the pod's sandbox cannot be made, and takes it back", () => {
  const failing: PodCondition = {
    type: "PodReadyToStartContainers",
    status: "False",
    reason: "FailedCreatePodSandBox",
    message: "the switch is on fire",
  };
  const after = written(planInstance(facts(vmi("Scheduling"), pod({ conditions: [unpaused, failing] }))).steps);
  assert.deepEqual(condition(after, "Synchronized"), ["False", "FailedCreatePodSandBox", "the switch is on fire"]);
  assert.ok(after);
  assert.equal(condition(written(planInstance(facts(after, up())).steps), "Synchronized"), undefined);
});

test("planInstance() waits for a network that is not there, and says so once", () => {
  const blocked = { ...facts(vmi("Pending")), missingNads: ["default/red-net"] };
  const plan = planInstance(blocked);
  assert.deepEqual(stepNames(plan), ["writeInstance"]);
  const message = "failed to render launch manifest: failed to locate network attachment definition default/red-net";
  const after = written(plan.steps);
  assert.deepEqual(condition(after, "Synchronized"), ["False", "FailedCreate", message]);
  assert.deepEqual(plan.steps[0]?.do === "writeInstance" && plan.steps[0].warning, { reason: "FailedCreate", message });
  assert.ok(after);
  assert.deepEqual(planInstance({ ...blocked, vmi: after }).steps, []);
  assert.deepEqual(stepNames(planInstance({ ...blocked, vmi: after, missingNads: [] })), ["createPod"]);
});

test("planInstance() never makes a second pod for one run", () => {
  for (const phase of ["Scheduling", "Scheduled", "Running"]) {
    const plan = planInstance(facts(vmi(phase)));
    assert.deepEqual(stepNames(plan), ["writeInstance"], phase);
    assert.equal(written(plan.steps)?.status?.phase, "Failed", phase);
    assert.deepEqual(ready(written(plan.steps))?.slice(0, 2), ["False", "PodNotExists"], phase);
  }
});

test("planInstance() fails a VMI whose pod goes before it was handed over", () => {
  const going = pod({ conditions: [unpaused] }, { deletionTimestamp: "2026-01-15T12:00:30Z" });
  assert.equal(written(planInstance(facts(vmi("Scheduling"), going)).steps)?.status?.phase, "Failed");
  assert.equal(
    written(planInstance(facts(vmi("Scheduling"), pod({ phase: "Failed" }))).steps)?.status?.phase,
    "Failed",
  );
});

test("planInstance() leaves a running VMI's phase to its node while its pod goes", () => {
  const going = pod({ phase: "Running", conditions: [unpaused] }, { deletionTimestamp: "2026-01-15T12:00:30Z" });
  const after = written(planInstance(facts(vmi("Running"), going)).steps);
  assert.equal(after?.status?.phase, "Running");
  assert.deepEqual(ready(after)?.slice(0, 2), ["False", "PodTerminating"]);
});

test("planInstance() takes the pod's word for how a guest ended where its node cannot say", () => {
  const ended = (phase: "Succeeded" | "Failed") => written(planInstance(facts(vmi("Running"), pod({ phase }))).steps);
  assert.equal(ended("Succeeded")?.status?.phase, "Succeeded");
  assert.equal(ended("Failed")?.status?.phase, "Failed");
});

test("planInstance() mirrors the pod's readiness while the guest runs", () => {
  const after = written(planInstance(facts(vmi("Running"), up({ conditions: [unpaused, readyTrue] }))).steps);
  assert.deepEqual(ready(after), ["True", undefined, undefined]);
  assert.equal(after?.status?.conditions?.[0]?.lastTransitionTime, "2026-01-15T11:59:00Z");
  const missing = written(planInstance(facts(vmi("Running"), up({ conditions: [unpaused] }))).steps);
  assert.deepEqual(ready(missing)?.slice(0, 2), ["False", "PodConditionMissing"]);
});

test("planInstance() closes the pod's gate while the guest is paused, and opens it again", () => {
  const paused = vmi("Running", { conditions: [{ type: "Paused", status: "True" }] });
  const close = planInstance(facts(paused, up({ conditions: [unpaused, readyTrue] }))).steps.find(isMark);
  assert.equal(close?.isPaused, true);
  const closed = { ...unpaused, status: "False" as const };
  const open = planInstance(facts(vmi("Running"), up({ conditions: [closed] }))).steps.find(isMark);
  assert.equal(open?.isPaused, false);
});

test("planInstance() keeps a running pod's labels and annotations like its VMI's", () => {
  const labelled = instance({
    metadata: {
      finalizers,
      labels: { app: "db", "kubevirt.io/nodeName": "n1" },
      annotations: { note: "new", "kubevirt.io/vm-generation": "2" },
    },
    status: { phase: "Running" },
  });
  const step = planInstance(facts(labelled, up({ conditions: [unpaused] }))).steps.find(
    (step) => step.do === "labelPod",
  );
  assert.deepEqual(step?.metadata, { labels: { app: "db" }, annotations: { note: "new" } });
});

test("planInstance() deletes the pod of a deleted VMI, and lets go when it is gone", () => {
  const first = planInstance(facts(deleted(vmi("Running")), up({ conditions: [unpaused, readyTrue] })));
  assert.ok(stepNames(first).includes("deletePod"));
  const ended = deleted(vmi("Succeeded"));
  const waiting = planInstance(
    facts(ended, pod({ phase: "Succeeded" }, { deletionTimestamp: "2026-01-15T12:00:30Z" })),
  );
  assert.equal(written(waiting.steps)?.metadata.finalizers ?? finalizers, finalizers);
  const gone = written(planInstance(facts(ended)).steps);
  assert.deepEqual(gone?.metadata.finalizers, ["kubevirt.io/virtualMachineControllerFinalize"]);
});

test("planInstance() takes the VM's finalizer too when there is no VM any more", () => {
  const alone = { ...facts(deleted(vmi("Failed"))), hasMachine: false };
  assert.deepEqual(written(planInstance(alone).steps)?.metadata.finalizers, []);
});

test("planInstance() fails a VMI that is deleted before it had a pod", () => {
  const after = written(planInstance(facts(deleted(vmi("Pending")))).steps);
  assert.equal(after?.status?.phase, "Failed");
  assert.deepEqual(after?.metadata.finalizers, ["kubevirt.io/virtualMachineControllerFinalize"]);
});

test("planInstance() does not delete a pod twice", () => {
  const going = pod({ conditions: [unpaused] }, { deletionTimestamp: "2026-01-15T12:00:30Z" });
  assert.ok(!stepNames(planInstance(facts(deleted(vmi("Running")), going))).includes("deletePod"));
});

test("planInstance() makes sure that a VMI waits for its pod", () => {
  const bare = { ...vmi("Pending"), metadata: { ...vmi("Pending").metadata, finalizers: [] } };
  const after = written(planInstance(facts(bare, pod())).steps);
  assert.deepEqual(after?.metadata.finalizers, ["kubevirt.io/foregroundDeleteVirtualMachine"]);
});

test("planInstance() keeps what the node's half wrote", () => {
  const status: VirtualMachineInstanceStatus = {
    interfaces: [{ name: "default", ipAddress: "10.244.0.5" }],
    guestOSInfo: { name: "Debian" },
    conditions: [
      { type: "AgentConnected", status: "True" },
      { type: "LiveMigratable", status: "False" },
    ],
  };
  const after = written(planInstance(facts(vmi("Running", status), up({ conditions: [unpaused, readyTrue] }))).steps);
  assert.deepEqual(after?.status?.interfaces, status.interfaces);
  assert.deepEqual(after?.status?.guestOSInfo, status.guestOSInfo);
  assert.deepEqual(
    after?.status?.conditions?.map(({ type }) => type),
    ["AgentConnected", "LiveMigratable", "Ready"],
  );
});

test("planInstance() converges in every phase, with and without a pod, deleted or not", () => {
  const pods = [
    undefined,
    pod(),
    up(),
    pod({ phase: "Succeeded" }),
    pod({ phase: "Failed" }),
    pod({}, { deletionTimestamp: "2026-01-15T12:00:30Z" }),
  ];
  for (const phase of ["", "Pending", "Scheduling", "Scheduled", "Running", "Succeeded", "Failed"]) {
    for (const candidate of pods) {
      for (const seen of [vmi(phase), deleted(vmi(phase))]) {
        const settled = settle(facts(seen, candidate));
        assert.ok(settled.instanceWrites <= 2, `${phase}: ${settled.instanceWrites} writes`);
        assert.deepEqual(planInstance(settled), { steps: [] });
      }
    }
  }
});

function facts(seen: VirtualMachineInstance, launcher?: Pod): Facts {
  return {
    vmi: seen,
    pod: launcher,
    isNameTaken: false,
    hasMachine: true,
    config: {
      launcherImage: "launcher",
      imagePullPolicy: "IfNotPresent",
      emulated: false,
      cpuAllocationRatio: 10,
      memoryOvercommit: 100,
      nodeSelectors: {},
    },
    nads: [],
    missingNads: [],
    now: at("12:00:00"),
  };
}

function vmi(phase: string, status: VirtualMachineInstanceStatus = {}): VirtualMachineInstance {
  const phaseTransitionTimestamps = phase ? [{ phase, phaseTransitionTimestamp: "2026-01-15T11:58:00Z" }] : [];
  return instance({
    metadata: { finalizers },
    status: { ...(phase && { phase, phaseTransitionTimestamps }), ...status },
  });
}

function deleted(seen: VirtualMachineInstance): VirtualMachineInstance {
  return { ...seen, metadata: { ...seen.metadata, deletionTimestamp: "2026-01-15T11:59:59Z" } };
}

function pod(status: Pod["status"] = {}, metadata: Pod["metadata"] = {}): Pod {
  return launcherPod({
    metadata: { uid: "pod-1", ...metadata },
    spec: { securityContext: { runAsUser: 107 } },
    status,
  });
}

/** Bound, its containers running. */
function up(status: Pod["status"] = { conditions: [unpaused] }): Pod {
  const running = {
    name: "compute",
    image: "launcher",
    imageID: "",
    ready: true,
    restartCount: 0,
    state: { running: {} },
  };
  const made = pod({ phase: "Running", qosClass: "Burstable", containerStatuses: [running], ...status });
  return { ...made, spec: { containers: [], ...made.spec, nodeName: "n1" } };
}

function written(steps: readonly Step[]): VirtualMachineInstance | undefined {
  return steps.find((step) => step.do === "writeInstance")?.after;
}

function isMark(step: Step): step is Extract<Step, { do: "markPod" }> {
  return step.do === "markPod";
}

function condition(seen: VirtualMachineInstance | undefined, type: string) {
  const found = seen?.status?.conditions?.find((candidate) => candidate.type === type);
  return found && [found.status, found.reason, found.message];
}

function ready(seen: VirtualMachineInstance | undefined) {
  return condition(seen, "Ready");
}
