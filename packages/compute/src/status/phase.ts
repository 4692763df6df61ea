import type { VirtualMachineInstance, VirtualMachineInstanceStatus } from "@peapod/api";

export type InstancePhase = "Pending" | "Scheduling" | "Scheduled" | "Running" | "Succeeded" | "Failed" | "Unknown";

type Phased = Pick<VirtualMachineInstance, "status">;

export function phaseOf(vmi: Phased): InstancePhase | "" {
  return phases.find((phase) => phase === vmi.status?.phase) ?? "";
}

/** The guest has ended; nothing makes this VMI run again. */
export function isFinal(vmi: Phased): boolean {
  return vmi.status?.phase === "Succeeded" || vmi.status?.phase === "Failed";
}

/** No pod was ever seen. */
export function isUnprocessed(vmi: Phased): boolean {
  return phaseOf(vmi) === "" || vmi.status?.phase === "Pending";
}

/** Whether the guest ever ran, however it ended. */
export function wasRunning(vmi: Phased): boolean {
  return (
    vmi.status?.phase === "Running" ||
    (vmi.status?.phaseTransitionTimestamps ?? []).some(({ phase }) => phase === "Running")
  );
}

/** Enters a phase and notes when; the same status where it is in that phase already. */
export function withPhase(
  status: VirtualMachineInstanceStatus,
  phase: InstancePhase,
  now: Date,
): VirtualMachineInstanceStatus {
  if (status.phase === phase) return status;
  const entered = { phase, phaseTransitionTimestamp: secondsOf(now) };
  const before = (status.phaseTransitionTimestamps ?? []).filter((transition) => transition.phase !== phase);
  return { ...status, phase, phaseTransitionTimestamps: [...before, entered] };
}

/** RFC 3339 in whole seconds, as Kubernetes writes its times. */
export function secondsOf(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

const phases: readonly InstancePhase[] = [
  "Pending",
  "Scheduling",
  "Scheduled",
  "Running",
  "Succeeded",
  "Failed",
  "Unknown",
];
