import assert from "node:assert/strict";
import { test } from "node:test";
import type { VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { refuseFor, refuseInstanceOf } from "./plan.ts";

function vmi(phase: string, conditions: readonly string[] = [], spec: object = {}): VirtualMachineInstance {
  return {
    metadata: { name: "web" },
    spec: { domain: { devices: {} }, ...spec },
    status: { phase, conditions: conditions.map((type) => ({ type, status: "True" })) },
  } as unknown as VirtualMachineInstance;
}

const sentence = (subresource: string, instance: VirtualMachineInstance, vm?: VirtualMachine) => {
  const refusal = refuseFor(subresource, { vmi: instance, vm });
  return refusal && `${refusal.reason}: ${refusal.sentence}`;
};

test("refuseFor() lets a running guest be paused once, and not where a probe would then kill it", () => {
  assert.equal(sentence("pause", vmi("Running")), undefined);
  assert.equal(sentence("pause", vmi("Scheduled")), "Conflict: VM is not running");
  assert.equal(sentence("pause", vmi("Running", ["Paused"])), "Conflict: VMI is already paused");
  const probed = vmi("Running", [], { livenessProbe: { tcpSocket: { port: 22 } } });
  assert.equal(sentence("pause", probed), "Forbidden: Pausing VMIs with LivenessProbe is currently not supported");
  assert.equal(sentence("pause", vmi("Running", [], { livenessProbe: { guestAgentPing: {} } })), undefined);
});

test("refuseFor() lets a paused guest go on, and not in the middle of a snapshot", () => {
  assert.equal(sentence("unpause", vmi("Running", ["Paused"])), undefined);
  assert.equal(sentence("unpause", vmi("Running")), "Conflict: VMI is not paused");
  assert.equal(sentence("unpause", vmi("Failed")), "Conflict: VMI is not running");
  const vm = { status: { snapshotInProgress: "s1" } } as VirtualMachine;
  assert.equal(sentence("unpause", vmi("Running", ["Paused"]), vm), "Conflict: VM snapshot is in progress");
});

test("refuseFor() wants an agent or a power button for a soft reboot", () => {
  const deaf = { domain: { devices: {}, features: { acpi: { enabled: false } } } };
  assert.equal(sentence("softreboot", vmi("Running")), undefined);
  assert.equal(sentence("softreboot", vmi("Running", ["AgentConnected"], deaf)), undefined);
  assert.equal(
    sentence("softreboot", vmi("Running", [], deaf)),
    "Conflict: VMI neither have the agent connected nor the ACPI feature enabled",
  );
  assert.equal(sentence("softreboot", vmi("Running", ["Paused"])), "Conflict: VMI is paused");
});

test("refuseFor() says in which phase a guest could not be reset", () => {
  assert.equal(sentence("reset", vmi("Running")), undefined);
  assert.equal(
    sentence("reset", vmi("Scheduling")),
    "BadRequest: Failed to reset non-running VMI with phase Scheduling: Unable to connect to VirtualMachineInstance because phase is Scheduling instead of Running or Scheduled",
  );
});

test("refuseFor() asks the guest agent only where there is one", () => {
  assert.equal(sentence("userlist", vmi("Running", ["AgentConnected"])), undefined);
  assert.equal(sentence("userlist", vmi("Running")), "Conflict: VMI does not have guest agent connected");
  assert.equal(sentence("filesystemlist", vmi("Succeeded")), "Conflict: VMI is not running");
});

test("refuseFor() forwards ports of guests that have an interface", () => {
  assert.equal(sentence("portforward", vmi("Running")), "BadRequest: no network interfaces are present");
  const running = { ...vmi("Running"), status: { phase: "Running", interfaces: [{}] } };
  assert.equal(sentence("portforward", running), undefined);
});

test("refuseInstanceOf() wants a machine that has been started", () => {
  assert.equal(refuseInstanceOf({ status: { created: true } } as VirtualMachine), undefined);
  assert.equal(refuseInstanceOf({} as VirtualMachine)?.sentence, "VMI is not started");
});
