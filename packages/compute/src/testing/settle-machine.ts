import type { VirtualMachineInstance } from "@peapod/api";
import { applyMergePatch } from "@peapod/machinery";
import { converge } from "@peapod/machinery/testing";
import type { Facts, Step } from "../controllers/virtual-machine/facts.ts";
import { planVirtualMachine } from "../controllers/virtual-machine/plan.ts";
import { finalizers } from "../names.ts";
import { controllerReference } from "../render/owner.ts";

/** Plans and applies until nothing is left. */
export function settle(facts: Facts): Facts {
  return converge({ plan: planVirtualMachine, facts, apply: applyStep });
}

/** What the facts are once an API server has taken a step. */
function applyStep(facts: Facts, step: Step): Facts {
  switch (step.do) {
    case "addFinalizer":
      return withFinalizers(facts, [...(facts.vm.metadata.finalizers ?? []), finalizers.virtualMachine]);
    case "removeFinalizer":
      return withFinalizers(
        facts,
        (facts.vm.metadata.finalizers ?? []).filter((name) => name !== finalizers.virtualMachine),
      );
    case "adoptInstance":
      return withInstance(facts, { ownerReferences: [controllerReference(step.vm)] });
    case "createInstance":
      return { ...facts, vmi: { ...step.vmi, metadata: { ...step.vmi.metadata, uid: "made", resourceVersion: "1" } } };
    case "createRevision":
      return { ...facts, revision: step.revision };
    case "updateInstance":
      // A merge patch of a VMI is a VMI.
      return { ...facts, vmi: applyMergePatch(facts.vmi, step.patch) as VirtualMachineInstance };
    case "deleteInstance":
      return withInstance(facts, { deletionTimestamp: "2026-01-15T12:00:00Z" });
    case "switchOn":
      return { ...facts, vm: { ...facts.vm, spec: { ...facts.vm.spec, runStrategy: "Always" } } };
    case "writeStatus":
      return { ...facts, vm: { ...facts.vm, status: step.status } };
    case "releaseInstance":
      return withInstance(facts, {
        finalizers: (facts.vmi?.metadata.finalizers ?? []).filter((name) => name !== finalizers.virtualMachine),
      });
    case "deleteRevision":
      return { ...facts, revision: undefined };
  }
}

function withFinalizers(facts: Facts, names: readonly string[]): Facts {
  return { ...facts, vm: { ...facts.vm, metadata: { ...facts.vm.metadata, finalizers: names } } };
}

function withInstance(facts: Facts, metadata: VirtualMachineInstance["metadata"]): Facts {
  return facts.vmi ? { ...facts, vmi: { ...facts.vmi, metadata: { ...facts.vmi.metadata, ...metadata } } } : facts;
}
