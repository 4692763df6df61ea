import type { VirtualMachineInstance } from "@peapod/api";
import { isJsonEqual, type Plan } from "@peapod/machinery";
import { finalizers, unpausedGate } from "../../names.ts";
import { renderLauncherPod } from "../../render/launcher-pod/index.ts";
import { hasCondition } from "../../status/conditions.ts";
import { podCondition } from "../../status/conditions-of-pods.ts";
import { isFinal, isUnprocessed, phaseOf } from "../../status/phase.ts";
import type { Facts, Step } from "./facts.ts";
import { podMetadataChanges } from "./pod-metadata.ts";
import { instanceStatus } from "./status.ts";
import { blockedBy } from "./trouble.ts";

/**
 * The cluster half of a VMI's life: its pod, and its status up to *Scheduled*; from there the node's half writes all but what is
 * mirrored from the pod, until the pod is gone. From creation to *Scheduled* it writes the VMI twice at most.
 */
export function planInstance(facts: Facts): Plan<Step> {
  const { vmi, pod } = facts;
  if (needsPod(facts) && !blockedBy(facts)) {
    const rendered = renderLauncherPod(vmi, { config: facts.config, nads: facts.nads });
    return { steps: [{ do: "createPod", vmi, pod: rendered }] };
  }
  return {
    steps: [
      ...(pod && vmi.metadata.deletionTimestamp && !pod.metadata.deletionTimestamp
        ? [{ do: "deletePod", vmi, pod } as const]
        : []),
      ...markSteps(facts),
      ...labelSteps(facts),
      ...writeSteps(facts),
    ],
  };
}

/** Once there was a pod there is no second one: a VMI is one run. */
function needsPod({ vmi, pod }: Facts): boolean {
  return !pod && isUnprocessed(vmi) && !vmi.metadata.deletionTimestamp;
}

/** The gate that takes a paused guest out of its Services. */
function markSteps({ vmi, pod }: Facts): readonly Step[] {
  if (!pod || pod.metadata.deletionTimestamp || isFinal(vmi)) return [];
  const isPaused = hasCondition(vmi.status?.conditions, "Paused", "True");
  const wanted = isPaused ? "False" : "True";
  return podCondition(pod, unpausedGate)?.status === wanted ? [] : [{ do: "markPod", pod, isPaused }];
}

function labelSteps({ vmi, pod }: Facts): readonly Step[] {
  if (!pod || pod.metadata.deletionTimestamp || phaseOf(vmi) !== "Running") return [];
  const metadata = podMetadataChanges(vmi, pod);
  return metadata ? [{ do: "labelPod", pod, metadata }] : [];
}

function writeSteps(facts: Facts): readonly Step[] {
  const { vmi } = facts;
  const { status, labels } = instanceStatus(facts);
  const after: VirtualMachineInstance = {
    ...vmi,
    metadata: { ...vmi.metadata, ...(labels && { labels }), ...finalizersAfter(facts, { ...vmi, status }) },
    status,
  };
  if (isJsonEqual(after, vmi)) return [];
  const trouble = blockedBy(facts);
  const isNews = trouble && !hasCondition(vmi.status?.conditions, "Synchronized", "False", trouble.reason);
  return [{ do: "writeInstance", vmi, after, ...(isNews && { warning: trouble }) }];
}

/** It stays until its pod is gone; the VM's own finalizer goes with the VM. */
function finalizersAfter({ vmi, pod, hasMachine }: Facts, after: VirtualMachineInstance) {
  const present = vmi.metadata.finalizers ?? [];
  const isOver = isFinal(after);
  const gone = [
    ...(isOver && !pod ? [finalizers.instance] : []),
    ...(isOver && !hasMachine ? [finalizers.virtualMachine] : []),
  ] as readonly string[];
  const kept = present.filter((name) => !gone.includes(name));
  const isMissing = !vmi.metadata.deletionTimestamp && !isOver && !kept.includes(finalizers.instance);
  if (!isMissing && kept.length === present.length) return {};
  return { finalizers: isMissing ? [...kept, finalizers.instance] : kept };
}
