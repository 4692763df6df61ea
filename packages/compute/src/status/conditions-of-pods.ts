import type { Pod, PodCondition } from "@peapod/api";

export function podCondition(pod: Pod | undefined, type: string): PodCondition | undefined {
  return pod?.status?.conditions?.find((condition) => condition.type === type);
}

/** Nothing in it runs any more, or soon will. */
export function isDownOrGoingDown(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined || isOver(pod);
}

export function isOver(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}
