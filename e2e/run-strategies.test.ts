/** The control plane by itself, with a node that only pretends: every run strategy against every verb, in seconds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ControllerRevision, Pod, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { eventually } from "./harness.ts";
import { namespace, openPretence } from "./pretence.ts";

test("Always: whatever ends comes back, stop halts, start goes on", async (t) => {
  const house = await openPretence(t);
  await house.create("web", { runStrategy: "Always" });
  const first = await house.running("web");
  await house.end("web", "Succeeded");
  const second = await house.running("web", first);
  await house.end("web", "Failed");
  const third = await house.running("web", second);
  await house.refused("web", "start", 409, "VM is already running");
  await house.verb("web", "restart");
  const fourth = await house.running("web", third);
  await house.verb("web", "stop");
  await house.stopped("web");
  assert.equal((await house.vm("web")).spec.runStrategy, "Halted");
  await house.refused("web", "stop", 409, "VM is not running");
  await house.refused("web", "restart", 409, "RunStategy Halted does not support manual restart requests");
  await house.verb("web", "start");
  await house.running("web", fourth);
  assert.equal((await house.vm("web")).spec.runStrategy, "Always");
});

test("Always: deleting the VMI or its pod is a restart", async (t) => {
  const house = await openPretence(t);
  await house.create("web", { runStrategy: "Always" });
  const first = await house.running("web");
  await house.client.delete(VirtualMachineInstance, { namespace, name: "web" });
  const second = await house.running("web", first);
  const pod = await house.pod("web");
  await house.client.delete(Pod, { namespace, name: pod.metadata.name ?? "" });
  const third = await house.running("web", second);
  const [another] = (await house.client.list(Pod, { namespace })).items;
  assert.notEqual(another?.metadata.name, pod.metadata.name);
  await house.client.delete(Pod, { namespace, name: another?.metadata.name ?? "" }, { gracePeriodSeconds: 0 });
  await house.running("web", third);
});

test("RerunOnFailure: a failure is rerun, a guest that was switched off stays off", async (t) => {
  const house = await openPretence(t);
  await house.create("web", { runStrategy: "RerunOnFailure" });
  const first = await house.running("web");
  await house.end("web", "Failed");
  const second = await house.running("web", first);
  await house.verb("web", "restart");
  const third = await house.running("web", second);
  await house.end("web", "Succeeded");
  await house.stopped("web");
  await house.verb("web", "start");
  await house.running("web", third);
  await house.verb("web", "stop");
  await house.stopped("web");
  assert.equal((await house.vm("web")).spec.runStrategy, "RerunOnFailure");
});

test("Manual: does what it is asked, and keeps what ended", async (t) => {
  const house = await openPretence(t);
  await house.create("web", { runStrategy: "Manual" });
  await house.stopped("web");
  await house.verb("web", "start");
  const first = await house.running("web");
  await house.end("web", "Failed");
  await house.word("web", "Stopped");
  assert.equal((await house.vmi("web")).status?.phase, "Failed");
  await house.verb("web", "start");
  const second = await house.running("web", first);
  await house.verb("web", "restart");
  const third = await house.running("web", second);
  assert.notEqual(third.metadata.uid, second.metadata.uid);
  await house.verb("web", "stop");
  await house.stopped("web");
});

test("Once: runs once", async (t) => {
  const house = await openPretence(t);
  await house.create("web", { runStrategy: "Once" });
  const first = await house.running("web");
  await house.refused("web", "restart", 409, "RunStategy Once does not support manual restart requests");
  await house.end("web", "Succeeded");
  await house.word("web", "Stopped");
  assert.equal((await house.vmi("web")).metadata.uid, first.metadata.uid);
  await house.refused("web", "start", 409, "Once does not support manual start requests");
});

test("Halted: starts paused when asked to, and then always runs", async (t) => {
  const house = await openPretence(t);
  await house.create("web", { runStrategy: "Halted" });
  await house.stopped("web");
  await house.verb("web", "start", { paused: true });
  const first = await house.running("web");
  assert.equal(first.spec.startStrategy, "Paused");
  assert.equal((await house.vm("web")).spec.runStrategy, "Always");
  await house.end("web", "Failed");
  const second = await house.running("web", first);
  assert.equal(second.spec.startStrategy, undefined, "only that one start");
});

test("running: the older spelling of Always and Halted", async (t) => {
  const house = await openPretence(t);
  await house.create("web", { running: true });
  await house.running("web");
  await house.verb("web", "stop");
  await house.stopped("web");
  assert.equal((await house.vm("web")).spec.running, false);
});

test("pause shows on the VM and closes the pod's gate", async (t) => {
  const house = await openPretence(t);
  await house.create("web", { runStrategy: "Always" });
  await house.running("web");
  await house.node.pause({ namespace, name: "web" }, true);
  await house.word("web", "Paused");
  await eventually("a pod that is not ready", async () => {
    const { status } = await house.pod("web");
    return status?.conditions?.find((condition) => condition.type === "Ready" && condition.status === "False");
  });
  await eventually("a VM that is not ready", async () => !(await house.vm("web")).status?.ready || undefined);
  await house.node.pause({ namespace, name: "web" }, false);
  await house.word("web", "Running");
  await eventually("a VM that is ready", async () => (await house.vm("web")).status?.ready || undefined);
});

test("an image that is missing is named; a start that failed is waited out, or not when asked for", async (t) => {
  const house = await openPretence(t);
  house.node.missingImages.add("guest");
  await house.create("web", { runStrategy: "Always" });
  await house.word("web", "ErrImagePull");
  const pod = await house.pod("web");
  await house.client.delete(Pod, { namespace, name: pod.metadata.name ?? "" });
  await house.word("web", "CrashLoopBackOff");
  assert.equal((await house.vm("web")).status?.startFailure?.consecutiveFailCount, 1);
  house.node.missingImages.clear();
  await house.verb("web", "stop");
  await house.word("web", "Stopped");
  await house.verb("web", "start");
  await house.running("web");
  assert.equal((await house.vm("web")).status?.startFailure, undefined);
});

test("an edit waits for a restart, and says so until then", async (t) => {
  const house = await openPretence(t);
  await house.create("web", { runStrategy: "Always" });
  const first = await house.running("web");
  const patch = { spec: { template: { spec: { domain: { memory: { guest: "160Mi" } } } } } };
  await house.client.patch(VirtualMachine, { namespace, name: "web" }, patch, { type: "merge" });
  const condition = await eventually("RestartRequired", async () =>
    (await house.vm("web")).status?.conditions?.find(({ type }) => type === "RestartRequired"),
  );
  assert.match(condition.message ?? "", /^memory updated in template spec/);
  const behind = await house.vm("web");
  assert.notEqual(behind.status?.observedGeneration, behind.status?.desiredGeneration);
  await house.verb("web", "restart");
  const second = await house.running("web", first);
  assert.equal(second.spec.domain.memory?.guest, "160Mi");
  await eventually("no RestartRequired", async () => {
    const { status } = await house.vm("web");
    const isAsked = status?.conditions?.some(({ type }) => type === "RestartRequired");
    return (!isAsked && status?.observedGeneration === status?.desiredGeneration) || undefined;
  });
  const revisions = (await house.client.list(ControllerRevision, { namespace })).items;
  assert.deepEqual(
    revisions.map(({ metadata }) => metadata.name),
    [second.status?.virtualMachineRevisionName],
  );
});

test("placement and labels reach a running VMI and its pod", async (t) => {
  const house = await openPretence(t);
  await house.create("web", { runStrategy: "Always" });
  const first = await house.running("web");
  const template = {
    metadata: { labels: { tier: "front" } },
    spec: { tolerations: [{ key: "gpu", operator: "Exists" }] },
  };
  await house.client.patch(VirtualMachine, { namespace, name: "web" }, { spec: { template } }, { type: "merge" });
  await eventually("the VMI", async () => {
    const { metadata, spec } = await house.vmi("web");
    return (
      metadata.uid === first.metadata.uid && metadata.labels?.["tier"] === "front" && spec.tolerations?.length === 1
    );
  });
  await eventually("the pod", async () => (await house.pod("web")).metadata.labels?.["tier"] === "front" || undefined);
});

test("deleting a VM takes everything of it along, whatever state it is in", async (t) => {
  const house = await openPretence(t);
  for (const [name, spec] of Object.entries({
    running: { runStrategy: "Always" },
    halted: { runStrategy: "Halted" },
    ended: { runStrategy: "Once" },
  })) {
    await house.create(name, spec);
    if (name !== "halted") await house.running(name);
    if (name === "ended") await house.end(name, "Failed");
    await house.client.delete(VirtualMachine, { namespace, name });
    await eventually(
      `${name} gone`,
      async () => !(await house.client.find(VirtualMachine, { namespace, name })) || undefined,
    );
  }
  const left = [VirtualMachineInstance, Pod, ControllerRevision];
  await eventually("nothing left", async () => {
    const lists = await Promise.all(left.map((kind) => house.client.list(kind as typeof Pod, { namespace })));
    return lists.every(({ items }) => items.length === 0) || undefined;
  });
});

test("a VM that is made again adopts the guest that was left to itself", async (t) => {
  const house = await openPretence(t);
  await house.create("web", { runStrategy: "Always" });
  const first = await house.running("web");
  await house.client.delete(VirtualMachine, { namespace, name: "web" }, { propagationPolicy: "Orphan" });
  await eventually("an orphan", async () => {
    const isGone = !(await house.client.find(VirtualMachine, { namespace, name: "web" }));
    const { metadata } = await house.vmi("web");
    return isGone && metadata.uid === first.metadata.uid && !metadata.ownerReferences?.length;
  });
  await house.create("web", { runStrategy: "Always" });
  await eventually(
    "an owner",
    async () => (await house.vmi("web")).metadata.ownerReferences?.length === 1 || undefined,
  );
  assert.equal((await house.vmi("web")).metadata.uid, first.metadata.uid);
  await house.word("web", "Running");
});
