import type { StateChangeRequest, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { isFinal } from "../../status/phase.ts";

/** Requests are worked off one by one; the later ones have not been looked at. */
export function firstRequest(vm: VirtualMachine): StateChangeRequest | undefined {
  return vm.status?.stateChangeRequests?.[0];
}

export function isStopRequestFor(vm: VirtualMachine, vmi: VirtualMachineInstance): boolean {
  const request = firstRequest(vm);
  return request?.action === "Stop" && request.uid !== undefined && request.uid === vmi.metadata.uid;
}

export function asksPaused(request: StateChangeRequest | undefined): boolean {
  return request?.action === "Start" && request.data?.["paused"] === "true";
}

/** What is left of the requests once those that are done are gone. */
export function remainingRequests(
  requests: readonly StateChangeRequest[],
  vmi: VirtualMachineInstance | undefined,
): readonly StateChangeRequest[] {
  const [first, ...rest] = requests;
  return first && isDone(first, vmi) ? remainingRequests(rest, vmi) : requests;
}

/** A stop is done when its VMI is gone, a start when a VMI lives. */
function isDone(request: StateChangeRequest, vmi: VirtualMachineInstance | undefined): boolean {
  if (request.action === "Stop") return request.uid === undefined || request.uid !== vmi?.metadata.uid;
  return vmi !== undefined && !vmi.metadata.deletionTimestamp && !isFinal(vmi);
}
