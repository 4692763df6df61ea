import type { VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { isFinal, phaseOf } from "../../status/phase.ts";
import { asksPaused, firstRequest, isStopRequestFor } from "./requests.ts";
import { backoffRemainingMs } from "./start-failure.ts";

export type RunStrategy = "Always" | "RerunOnFailure" | "Manual" | "Once" | "Halted";

/** What a VM's strategy makes of its one VMI, or of having none. */
export type RunDecision =
  | { readonly do: "nothing" }
  | { readonly do: "start"; readonly paused: boolean }
  | { readonly do: "waitToStart"; readonly waitMs: number }
  /** @param startAgain  queue a start request first: that it failed is known only as long as the VMI lives */
  | { readonly do: "stop"; readonly because: string; readonly startAgain: boolean }
  /** A halted VM that was asked to start paused: its strategy becomes Always. */
  | { readonly do: "switchOn" };

/** The older `running` says Always or Halted. */
export function runStrategyOf(vm: VirtualMachine): RunStrategy {
  const { runStrategy, running } = vm.spec;
  return strategies.find((strategy) => strategy === runStrategy) ?? (running ? "Always" : "Halted");
}

/** @see the table of run strategies in docs/kinds/virtual-machine.md */
export function decideRun(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined, now: Date): RunDecision {
  const strategy = runStrategyOf(vm);
  return vmi ? decideWithInstance(strategy, vm, vmi) : decideWithout(strategy, vm, now);
}

function decideWithInstance(strategy: RunStrategy, vm: VirtualMachine, vmi: VirtualMachineInstance): RunDecision {
  if (vmi.metadata.deletionTimestamp) return nothing;
  const asked = isStopRequestFor(vm, vmi);
  const ended = isFinal(vmi);
  const stop = (because: string, startAgain = false): RunDecision => ({ do: "stop", because, startAgain });
  switch (strategy) {
    case "Always":
      if (asked) return stop("a stop was requested");
      return ended ? stop(`it ${endedHow(vmi)} and its VirtualMachine always runs`) : nothing;
    case "RerunOnFailure":
      if (phaseOf(vmi) === "Failed") return stop("it failed and its VirtualMachine reruns on failure", !asked);
      if (asked) return stop("a stop was requested");
      return ended ? stop("it ended and its VirtualMachine reruns on failure only") : nothing;
    case "Manual":
      return asked ? stop("a stop was requested") : nothing;
    case "Halted":
      return stop("its VirtualMachine is halted");
    case "Once":
      return nothing;
  }
}

function decideWithout(strategy: RunStrategy, vm: VirtualMachine, now: Date): RunDecision {
  const request = firstRequest(vm);
  const isAsked = request?.action === "Start";
  const start: RunDecision = { do: "start", paused: asksPaused(request) };
  const startAfterBackoff = (): RunDecision => {
    const waitMs = backoffRemainingMs(vm.status?.startFailure, now);
    return waitMs > 0 ? { do: "waitToStart", waitMs } : start;
  };
  switch (strategy) {
    case "Always":
      return isAsked ? start : startAfterBackoff();
    case "RerunOnFailure":
      // The strategy in the status is set with the first run: until then, and after a change of strategy, it starts by itself.
      return isAsked || vm.status?.runStrategy !== "RerunOnFailure" ? startAfterBackoff() : nothing;
    case "Manual":
      return isAsked ? start : nothing;
    case "Once":
      return start;
    case "Halted":
      return isAsked ? { do: "switchOn" } : nothing;
  }
}

function endedHow(vmi: VirtualMachineInstance): string {
  return phaseOf(vmi) === "Failed" ? "failed" : "ended";
}

const nothing: RunDecision = { do: "nothing" };
const strategies: readonly RunStrategy[] = ["Always", "RerunOnFailure", "Manual", "Once", "Halted"];
