import { apiVersionOf, ControllerRevision, type JsonValue } from "@peapod/api";
import { isJsonEqual, type Plan } from "@peapod/machinery";
import { finalizers } from "../../names.ts";
import { renderInstance, revisionName } from "../../render/instance.ts";
import { controllerOf, controllerReference } from "../../render/owner.ts";
import { isFinal } from "../../status/phase.ts";
import type { Facts, Step } from "./facts.ts";
import { liveUpdate, templateOf } from "./live-update.ts";
import { decideRun, type RunDecision } from "./run-strategy.ts";
import { vmStatus } from "./status.ts";

/**
 * What a VM needs next. One VMI at most, with the VM's own name; it is deleted first when the VM is. With no step left, the VMI is
 * what the run strategy wants and the status says so.
 */
export function planVirtualMachine(facts: Facts): Plan<Step> {
  const { vm, vmi } = facts;
  if (vmi && isForeign(facts)) return planBlocked(facts);
  if (vm.metadata.deletionTimestamp) return planDeletion(facts);
  const decision = decideRun(vm, vmi, facts.now);
  const steps: Step[] = [
    ...runSteps(facts, decision),
    ...(hasFinalizer(facts) ? [] : [{ do: "addFinalizer", vm } as const]),
    ...adoptionSteps(facts),
    ...liveSteps(facts, decision),
    ...statusSteps(facts, decision),
    // Deleting comes after the status: that a failed VMI is to be rerun is written before it is gone.
    ...stopSteps(facts, decision),
    ...releaseSteps(facts),
  ];
  return { steps, ...(decision.do === "waitToStart" && { lookAgainInMs: decision.waitMs }) };
}

/** Its name is taken by a VMI that another controller made: nothing of it is ours to touch. */
function planBlocked(facts: Facts): Plan<Step> {
  const { vm } = facts;
  if (vm.metadata.deletionTimestamp) return { steps: leave(facts) };
  const message = `Failure while starting VMI: virtualmachineinstances.kubevirt.io "${vm.metadata.name}" already exists`;
  const without: Facts = { ...facts, vmi: undefined, revision: undefined };
  const status = vmStatus(without, { do: "nothing" }, { reason: "FailedCreate", message });
  return { steps: writeIfChanged(facts, status) };
}

function planDeletion(facts: Facts): Plan<Step> {
  const { vm, vmi } = facts;
  if (!vmi || vm.metadata.finalizers?.includes("orphan")) return { steps: leave(facts) };
  const because = "its VirtualMachine is being deleted";
  const stop: RunDecision = vmi.metadata.deletionTimestamp
    ? { do: "nothing" }
    : { do: "stop", because, startAgain: false };
  return { steps: [...statusSteps(facts, stop), ...stopSteps(facts, stop), ...releaseSteps(facts)] };
}

function leave(facts: Facts): readonly Step[] {
  return hasFinalizer(facts) ? [{ do: "removeFinalizer", vm: facts.vm }] : [];
}

function runSteps(facts: Facts, decision: RunDecision): readonly Step[] {
  const { vm, vmi, revision } = facts;
  if (decision.do === "switchOn") return [{ do: "switchOn", vm }];
  if (decision.do === "start") {
    const made = renderInstance(vm, { startPaused: decision.paused });
    return [
      { do: "createInstance", vm, vmi: made, status: vmStatus(facts, decision) },
      { do: "createRevision", revision: renderRevision(facts) },
    ];
  }
  // A death between the two steps above; a later generation's spec is not what this VMI was made from.
  const wantsRevision = vmi && !isFinal(vmi) && vmi.status?.virtualMachineRevisionName === revisionName(vm);
  return wantsRevision && !revision ? [{ do: "createRevision", revision: renderRevision(facts) }] : [];
}

function renderRevision({ vm }: Facts): ControllerRevision {
  return {
    apiVersion: apiVersionOf(ControllerRevision),
    kind: ControllerRevision.kind,
    metadata: {
      name: revisionName(vm),
      namespace: vm.metadata.namespace,
      ownerReferences: [controllerReference(vm)],
    },
    data: { spec: vm.spec as unknown as JsonValue }, // it came as JSON
    revision: vm.metadata.generation ?? 0,
  };
}

function adoptionSteps({ vm, vmi }: Facts): readonly Step[] {
  return vmi && !controllerOf(vmi) && !vmi.metadata.deletionTimestamp ? [{ do: "adoptInstance", vm, vmi }] : [];
}

function liveSteps({ vm, vmi, revision, isStaged }: Facts, decision: RunDecision): readonly Step[] {
  if (!vmi || isStaged || decision.do === "stop" || isFinal(vmi) || vmi.metadata.deletionTimestamp) return [];
  const patch = liveUpdate(vm, vmi, templateOf(revision));
  return patch ? [{ do: "updateInstance", vmi, patch }] : [];
}

/** Not beside a creation: the VMI's arrival brings us back, with more to say. */
function statusSteps(facts: Facts, decision: RunDecision): readonly Step[] {
  return decision.do === "start" ? [] : writeIfChanged(facts, vmStatus(facts, decision));
}

function writeIfChanged({ vm }: Facts, status: ReturnType<typeof vmStatus>): readonly Step[] {
  return isJsonEqual(status, vm.status ?? {}) ? [] : [{ do: "writeStatus", vm, status }];
}

function stopSteps(facts: Facts, decision: RunDecision): readonly Step[] {
  const { vm, vmi } = facts;
  if (!vmi || decision.do !== "stop") return [];
  return [{ do: "deleteInstance", vm, vmi, because: decision.because, status: vmStatus(facts, decision) }];
}

/** How a VMI ended has been recorded by now: it may go, and the spec it was made from with it. */
function releaseSteps({ vm, vmi, revision }: Facts): readonly Step[] {
  if (!vmi || !isFinal(vmi) || !vmi.metadata.finalizers?.includes(finalizers.virtualMachine)) return [];
  const name = revision?.metadata.name;
  return [
    ...(name && name !== revisionName(vm) ? [{ do: "deleteRevision", vm, name } as const] : []),
    { do: "releaseInstance", vmi },
  ];
}

function isForeign({ vm, vmi }: Facts): boolean {
  const owner = vmi && controllerOf(vmi);
  return owner !== undefined && owner.uid !== vm.metadata.uid;
}

function hasFinalizer({ vm }: Facts): boolean {
  return vm.metadata.finalizers?.includes(finalizers.virtualMachine) === true;
}
