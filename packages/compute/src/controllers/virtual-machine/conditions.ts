import type { VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import {
  findInstanceCondition,
  type InstanceCondition,
  withCondition,
  withoutCondition,
} from "../../status/conditions.ts";

/** The VM's own conditions; every other one is its VMI's, mirrored. */
const own = new Set(["Ready", "Failure", "RestartRequired"]);

export interface ConditionFacts {
  readonly vm: VirtualMachine;
  readonly vmi: VirtualMachineInstance | undefined;
  /** Why nothing can be started; kept from the last attempt as long as another is due. */
  readonly failure: { readonly reason: string; readonly message: string } | undefined;
  readonly restartReason: string | undefined;
  readonly now: Date;
}

export function vmConditions({ vm, vmi, failure, restartReason, now }: ConditionFacts): readonly InstanceCondition[] {
  const before = vm.status?.conditions;
  const kept = (before ?? []).filter(({ type }) => own.has(type));
  const ready = withCondition(kept, readiness(vmi), now);
  const withFailure = failure
    ? withCondition(ready, { type: "Failure", status: "True", ...failure }, now)
    : withoutCondition(ready, "Failure");
  const withRestart = restartReason
    ? withCondition(withFailure, { type: "RestartRequired", status: "True", message: restartReason }, now)
    : withoutCondition(withFailure, "RestartRequired");
  return [...withRestart, ...(vmi?.status?.conditions ?? []).filter(({ type }) => !own.has(type))];
}

function readiness(vmi: VirtualMachineInstance | undefined) {
  if (!vmi) {
    return { type: "Ready", status: "False", reason: "VMINotExists", message: "VMI does not exist" } as const;
  }
  const ready = findInstanceCondition(vmi.status?.conditions, "Ready");
  if (!ready) {
    const message = "VMI is missing the Ready condition";
    return { type: "Ready", status: "False", reason: "VMIConditionMissing", message } as const;
  }
  const status = ready.status === "True" || ready.status === "False" ? ready.status : "Unknown";
  return { ...ready, status } as const;
}
