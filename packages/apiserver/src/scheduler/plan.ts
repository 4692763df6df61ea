import type { Pod } from "@peapod/api";
import { findCondition, type Plan } from "@peapod/machinery";
import { freeShare, type NodeFacts, obstacles } from "./fits.ts";

export interface SchedulerFacts {
  readonly pod: Pod;
  readonly nodes: readonly NodeFacts[];
}

export type SchedulerStep =
  | { readonly do: "bind"; readonly pod: Pod; readonly nodeName: string }
  | { readonly do: "markUnschedulable"; readonly pod: Pod; readonly message: string };

export const schedulerName = "default-scheduler";

/** Puts a pod on the emptiest node that can have it, or says why there is none. */
export function planScheduling({ pod, nodes }: SchedulerFacts): Plan<SchedulerStep> {
  const { spec } = pod;
  if (!spec || !isOurs(pod)) return { steps: [] };
  const reasons = new Map<string, number>();
  let best: { readonly node: NodeFacts; readonly share: number } | undefined;
  for (const node of nodes) {
    const found = obstacles(spec, node);
    for (const reason of found) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (found.length > 0) continue;
    const share = freeShare(spec, node);
    if (!best || share > best.share || (share === best.share && node.name < best.node.name)) best = { node, share };
  }
  if (best) return { steps: [{ do: "bind", pod, nodeName: best.node.name }] };
  const message = explain(reasons, nodes.length);
  const condition = findCondition(pod.status?.conditions, "PodScheduled");
  const isSaid = condition?.status === "False" && condition.message === message;
  return { steps: isSaid ? [] : [{ do: "markUnschedulable", pod, message }] };
}

/** Pods that wait for a node and leave the choice to us. */
export function isOurs({ spec, status, metadata }: Pod): boolean {
  if (!spec || spec.nodeName || metadata.deletionTimestamp !== undefined) return false;
  if ((spec.schedulingGates?.length ?? 0) > 0 || (spec.schedulerName ?? schedulerName) !== schedulerName) return false;
  return status?.phase === undefined || status.phase === "Pending";
}

/** kube-scheduler's sentence. */
function explain(reasons: ReadonlyMap<string, number>, nodes: number): string {
  if (nodes === 0) return "no nodes available to schedule pods";
  const parts = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${nodes} nodes are available: ${parts.join(", ")}.`;
}
