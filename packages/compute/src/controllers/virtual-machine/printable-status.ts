import type { StartFailure, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { hasCondition } from "../../status/conditions.ts";
import { isFinal, isUnprocessed, phaseOf } from "../../status/phase.ts";
import type { RunDecision, RunStrategy } from "./run-strategy.ts";

export interface PrintableFacts {
  readonly vm: VirtualMachine;
  readonly vmi: VirtualMachineInstance | undefined;
  readonly strategy: RunStrategy;
  readonly decision: RunDecision;
  readonly startFailure: StartFailure | undefined;
}

/** The one word of `kubectl get vm`: the first that holds. */
export function printableStatus(facts: PrintableFacts): string {
  return words.find(([, holds]) => holds(facts))?.[0] ?? "Unknown";
}

const words: readonly (readonly [word: string, holds: (facts: PrintableFacts) => boolean])[] = [
  ["Terminating", ({ vm }) => vm.metadata.deletionTimestamp !== undefined],
  ["Stopping", ({ vmi, decision }) => isLive(vmi) && (isGoing(vmi) || decision.do === "stop")],
  ["Migrating", ({ vmi }) => isMigrating(vmi)],
  ["Paused", ({ vmi }) => isRunning(vmi) && isPaused(vmi)],
  ["Running", ({ vmi }) => isRunning(vmi)],
  ["ErrorPvcNotFound", ({ vmi }) => isUnsynchronized(vmi, "FailedPvcNotFound")],
  ["ErrorUnschedulable", ({ vmi }) => hasCondition(vmi?.status?.conditions, "PodScheduled", "False", "Unschedulable")],
  ["ErrImagePull", ({ vmi }) => isUnsynchronized(vmi, "ErrImagePull")],
  ["ImagePullBackOff", ({ vmi }) => isUnsynchronized(vmi, "ImagePullBackOff")],
  ["Starting", ({ vmi, decision }) => (vmi ? isStarting(vmi) : decision.do === "start" || decision.do === "switchOn")],
  ["CrashLoopBackOff", ({ vmi, strategy, startFailure }) => !isLive(vmi) && keepsFailing(strategy, startFailure)],
  ["Stopped", ({ vmi }) => !isLive(vmi)],
];

function isLive(vmi: VirtualMachineInstance | undefined): vmi is VirtualMachineInstance {
  return vmi !== undefined && !isFinal(vmi);
}

function isGoing(vmi: VirtualMachineInstance): boolean {
  return vmi.metadata.deletionTimestamp !== undefined;
}

function isRunning(vmi: VirtualMachineInstance | undefined): vmi is VirtualMachineInstance {
  return vmi !== undefined && phaseOf(vmi) === "Running";
}

function isPaused(vmi: VirtualMachineInstance): boolean {
  return hasCondition(vmi.status?.conditions, "Paused", "True");
}

function isStarting(vmi: VirtualMachineInstance): boolean {
  return isUnprocessed(vmi) || phaseOf(vmi) === "Scheduling" || phaseOf(vmi) === "Scheduled";
}

function isMigrating(vmi: VirtualMachineInstance | undefined): boolean {
  const state = vmi?.status?.migrationState;
  return state?.startTimestamp !== undefined && !state.completed && !state.failed;
}

function isUnsynchronized(vmi: VirtualMachineInstance | undefined, reason: string): boolean {
  return hasCondition(vmi?.status?.conditions, "Synchronized", "False", reason);
}

function keepsFailing(strategy: RunStrategy, failure: StartFailure | undefined): boolean {
  return (failure?.consecutiveFailCount ?? 0) > 0 && strategy !== "Manual" && strategy !== "Halted";
}
