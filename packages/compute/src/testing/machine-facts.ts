import type { KubeObject, VirtualMachine, VirtualMachineInstance, VirtualMachineInstanceStatus } from "@peapod/api";
import { at } from "@peapod/machinery/testing";
import type { Facts, Step } from "../controllers/virtual-machine/facts.ts";
import { planVirtualMachine } from "../controllers/virtual-machine/plan.ts";
import { renderInstance, revisionName } from "../render/instance.ts";
import { machine } from "./builders.ts";

export const vmiUid = "aaaaaaaa-0000-4000-8000-000000000001";

export function facts(vm: VirtualMachine, vmi?: VirtualMachineInstance): Facts {
  const revision = {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: { name: revisionName(vm), namespace: "default" },
    data: JSON.parse(JSON.stringify({ spec: vm.spec })),
    revision: 1,
  };
  return { vm, vmi, revision: vmi && revision, isStaged: false, now: at("12:00:00") };
}

export function strategy(runStrategy: string, status?: VirtualMachine["status"]): VirtualMachine {
  return machine({ spec: { runStrategy }, ...(status && { status }) });
}

export function running(isRunning: boolean): VirtualMachine {
  const { runStrategy: _, ...spec } = machine().spec;
  return { ...machine(), spec: { ...spec, running: isRunning } };
}

export function deleted<T extends KubeObject>(object: T): T {
  return { ...object, metadata: { ...object.metadata, deletionTimestamp: "2026-01-15T11:59:00Z" } };
}

export function instanceOf(
  vm: VirtualMachine,
  phase: string,
  { ran = phase === "Running" } = {},
): VirtualMachineInstance {
  const made = renderInstance(vm);
  return inPhase({ ...made, metadata: { ...made.metadata, uid: vmiUid, resourceVersion: "5" } }, phase, ran);
}

export function inPhase(vmi: VirtualMachineInstance, phase: string, ran = phase !== "Failed"): VirtualMachineInstance {
  const phases = ran && phase !== "Running" ? ["Running", phase] : [phase];
  const status: VirtualMachineInstanceStatus = {
    ...vmi.status,
    phase,
    phaseTransitionTimestamps: phases.map((name) => ({
      phase: name,
      phaseTransitionTimestamp: "2026-01-15T11:00:05Z",
    })),
    conditions: [
      { type: "Ready", status: phase === "Running" ? "True" : "False", lastTransitionTime: "2026-01-15T11:00:05Z" },
    ],
  };
  return { ...vmi, status };
}

/** Names of the steps, but for the status, which other tests are about. */
export function stepsAfterStatus(vm: VirtualMachine, vmi?: VirtualMachineInstance): readonly string[] {
  return names(planVirtualMachine(facts(vm, vmi)).steps).filter((name) => name !== "writeStatus");
}

export function names(steps: readonly Step[]): readonly string[] {
  return steps.map((step) => step.do);
}

export function writtenStatus(steps: readonly Step[]): VirtualMachine["status"] {
  return steps.find((step) => step.do === "writeStatus")?.status;
}
