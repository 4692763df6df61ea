import type { Pod, VirtualMachineInstance, VirtualMachineInstanceStatus } from "@peapod/api";
import { computeContainer, labels } from "../../names.ts";
import { type InstanceConditions, withCondition, withoutCondition } from "../../status/conditions.ts";
import { isDownOrGoingDown, isOver, podCondition } from "../../status/conditions-of-pods.ts";
import { type InstancePhase, isFinal, isUnprocessed, phaseOf, withPhase } from "../../status/phase.ts";
import type { Facts } from "./facts.ts";
import { readiness } from "./readiness.ts";
import { blockedBy, imageTrouble, sandboxTrouble, type Trouble } from "./trouble.ts";

export interface InstanceProjection {
  readonly status: VirtualMachineInstanceStatus;
  /** Undefined: as they are. */
  readonly labels?: { readonly [key: string]: string } | undefined;
}

/** The VMI's status as far as the cluster half decides it; everything else in it is left as it is. */
export function instanceStatus(facts: Facts): InstanceProjection {
  const { vmi, pod, now } = facts;
  const before = vmi.status ?? {};
  const phases = phasesAhead(facts);
  const entered = phases.reduce((status, phase) => withPhase(status, phase, now), before);
  const placed = pod && entered.phase !== before.phase ? { ...entered, ...placement(pod, phases) } : entered;
  const isScheduled = phases.includes("Scheduled");
  return {
    status: withConditions(placed, facts, phases),
    ...(isScheduled && { labels: { ...vmi.metadata.labels, [labels.nodeName]: pod?.spec?.nodeName ?? "" } }),
  };
}

/** The phases it enters now, in order: a pod that is quick skips nothing. */
function phasesAhead(facts: Facts): readonly InstancePhase[] {
  const next = nextPhase(facts);
  if (!next) return [];
  const further = phasesAhead({ ...facts, vmi: { ...facts.vmi, status: { ...facts.vmi.status, phase: next } } });
  return [next, ...further];
}

function nextPhase({ vmi, pod }: Facts): InstancePhase | undefined {
  if (isUnprocessed(vmi)) {
    if (pod) return "Scheduling";
    if (vmi.metadata.deletionTimestamp) return "Failed";
    return phaseOf(vmi) === "" ? "Pending" : undefined;
  }
  switch (phaseOf(vmi)) {
    case "Scheduling":
      if (!pod || isDownOrGoingDown(pod)) return "Failed";
      return isPodUp(pod) && !vmi.metadata.deletionTimestamp ? "Scheduled" : undefined;
    // The node's half says how a guest ended. This is for a node that cannot any more.
    case "Scheduled":
    case "Running":
    case "Unknown":
      if (!pod || pod.status?.phase === "Failed") return "Failed";
      return isOver(pod) ? "Succeeded" : undefined;
    default:
      return undefined;
  }
}

/** On a node, with all that QEMU needs around it. */
function isPodUp(pod: Pod): boolean {
  const statuses = pod.status?.containerStatuses ?? [];
  return (
    pod.status?.phase === "Running" &&
    Boolean(pod.spec?.nodeName) &&
    statuses.length > 0 &&
    statuses.every(({ ready }) => ready)
  );
}

function placement(pod: Pod, phases: readonly InstancePhase[]): VirtualMachineInstanceStatus {
  const image = pod.spec?.containers.find(({ name }) => name === computeContainer)?.image;
  const runtimeUser = pod.spec?.securityContext?.runAsUser;
  return {
    ...(pod.metadata.uid && { activePods: { [pod.metadata.uid]: pod.spec?.nodeName ?? "" } }),
    ...(pod.status?.qosClass && { qosClass: pod.status.qosClass }),
    ...(image && { launcherContainerImageVersion: image }),
    ...(runtimeUser !== undefined && { runtimeUser }),
    ...(phases.includes("Scheduled") && { nodeName: pod.spec?.nodeName ?? "" }),
  };
}

function withConditions(
  status: VirtualMachineInstanceStatus,
  facts: Facts,
  phases: readonly InstancePhase[],
): VirtualMachineInstanceStatus {
  const { pod, now } = facts;
  const ready = withCondition(status.conditions, readiness({ status }, pod), now);
  // Until it is handed over, and in the write that hands it over.
  const isOurs = isUnprocessed({ status }) || status.phase === "Scheduling" || phases.length > 0;
  const conditions = isOurs ? schedulingConditions(ready, status, facts) : ready;
  return conditions === status.conditions ? status : { ...status, conditions };
}

function schedulingConditions(
  conditions: InstanceConditions,
  status: VirtualMachineInstanceStatus,
  facts: Facts,
): InstanceConditions {
  const { pod, now } = facts;
  const isScheduling = status.phase === "Scheduling";
  const scheduled = podCondition(pod, "PodScheduled");
  const withScheduled =
    isScheduling && scheduled?.status === "False"
      ? withCondition(conditions, { ...scheduled, type: "PodScheduled" }, now)
      : withoutCondition(conditions, "PodScheduled");
  if (isFinal({ status })) return withScheduled;
  return withTrouble(
    withScheduled,
    blockedBy(facts) ?? (isScheduling ? (imageTrouble(facts) ?? sandboxTrouble(facts)) : undefined),
    now,
  );
}

function withTrouble(conditions: InstanceConditions, trouble: Trouble | undefined, now: Date): InstanceConditions {
  return trouble
    ? withCondition(conditions, { type: "Synchronized", status: "False", ...trouble }, now)
    : withoutCondition(conditions, "Synchronized");
}

/** What a VMI that could not get its pod says, for the effect that found out. */
export function withFailedCreate(vmi: VirtualMachineInstance, message: string, now: Date): VirtualMachineInstance {
  const trouble = { reason: "FailedCreate", message };
  const status = vmi.status ?? {};
  const ready = withCondition(status.conditions, readiness(vmi, undefined), now);
  return { ...vmi, status: { ...status, conditions: withTrouble(ready, trouble, now) ?? [] } };
}
