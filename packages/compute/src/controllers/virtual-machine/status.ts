import type { VirtualMachineStatus } from "@peapod/api";
import { isJsonEqual } from "@peapod/machinery";
import { annotations } from "../../names.ts";
import { findInstanceCondition, hasCondition } from "../../status/conditions.ts";
import { isFinal } from "../../status/phase.ts";
import { type ConditionFacts, vmConditions } from "./conditions.ts";
import type { Facts } from "./facts.ts";
import { restartReason, templateOf } from "./live-update.ts";
import { printableStatus } from "./printable-status.ts";
import { remainingRequests } from "./requests.ts";
import { type RunDecision, runStrategyOf } from "./run-strategy.ts";
import { nextStartFailure } from "./start-failure.ts";

/** The VM's status as it should be now, what others keep in it left alone. */
export function vmStatus(
  { vm, vmi, revision, isStaged, now }: Facts,
  decision: RunDecision,
  blocked?: ConditionFacts["failure"],
): VirtualMachineStatus {
  const before = vm.status ?? {};
  const strategy = runStrategyOf(vm);
  const startFailure = nextStartFailure(before.startFailure, vmi, strategy, {
    isAsked: (before.stateChangeRequests ?? []).length > 0,
    now,
  });
  const requests = requestsAfter(before.stateChangeRequests ?? [], vmi, decision);
  const isReady = hasCondition(vmi?.status?.conditions, "Ready", "True");
  const after = {
    ...before,
    created: vmi !== undefined || undefined,
    ready: isReady || undefined,
    printableStatus: printableStatus({ vm, vmi, strategy, decision, startFailure }),
    // Set with the first run, so that it tells whether there ever was one.
    runStrategy: before.runStrategy || vmi ? strategy : undefined,
    stateChangeRequests: requests.length > 0 ? requests : undefined,
    startFailure,
    ...(vmi && generations(vm, vmi, revision)),
    conditions: vmConditions({
      vm,
      vmi,
      failure: blocked ?? lastFailure(vm.status?.conditions, decision, vmi !== undefined),
      restartReason: vmi && !isFinal(vmi) ? restartReason(vm, templateOf(revision), isStaged) : undefined,
      now,
    }),
  };
  return Object.fromEntries(Object.entries(after).filter(([, value]) => value !== undefined));
}

function requestsAfter(
  requests: NonNullable<VirtualMachineStatus["stateChangeRequests"]>,
  vmi: Facts["vmi"],
  decision: RunDecision,
) {
  const left = remainingRequests(requests, vmi);
  const mustQueue = decision.do === "stop" && decision.startAgain && left[0]?.action !== "Start";
  return mustQueue ? [...left, { action: "Start" }] : left;
}

/** What the last attempt said stays until one succeeds or none is due. */
function lastFailure(
  conditions: VirtualMachineStatus["conditions"],
  decision: RunDecision,
  exists: boolean,
): ConditionFacts["failure"] {
  const failure = findInstanceCondition(conditions, "Failure");
  const isDue = exists ? decision.do === "stop" : decision.do === "start";
  return failure && isDue ? { reason: failure.reason ?? "", message: failure.message ?? "" } : undefined;
}

/** The generation the VMI came from; the present one where the template is what it was made from. */
function generations(vm: Facts["vm"], vmi: NonNullable<Facts["vmi"]>, revision: Facts["revision"]) {
  const madeFrom = Number(vmi.metadata.annotations?.[annotations.vmGeneration]);
  const started = templateOf(revision);
  const isCurrent = started !== undefined && isJsonEqual(started, vm.spec.template);
  const observed = isCurrent ? vm.metadata.generation : Number.isInteger(madeFrom) ? madeFrom : undefined;
  return { observedGeneration: observed, desiredGeneration: vm.metadata.generation };
}
