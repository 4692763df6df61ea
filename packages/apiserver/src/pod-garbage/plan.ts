import type { Pod } from "@peapod/api";
import type { Plan } from "@peapod/machinery";

export interface PodGarbageFacts {
  readonly pod: Pod;
  /** Since when the pod's node is known to be gone; undefined while it is there. */
  readonly orphanedSince: Date | undefined;
  readonly now: Date;
}

export type PodGarbageStep =
  | { readonly do: "markFailed"; readonly pod: Pod; readonly because: string }
  | { readonly do: "deletePod"; readonly pod: Pod };

/** An agent that registers anew within this time finds its pods as they were. */
export const quarantineMs = 40_000;

/** A pod whose node does not exist any more has nobody left to finish it. */
export function planPodGarbage({ pod, orphanedSince, now }: PodGarbageFacts): Plan<PodGarbageStep> {
  if (!pod.spec?.nodeName || !orphanedSince) return { steps: [] };
  const restMs = quarantineMs - (now.getTime() - orphanedSince.getTime());
  if (restMs > 0) return { steps: [], lookAgainInMs: restMs };
  const { phase } = pod.status ?? {};
  const isOver = phase === "Succeeded" || phase === "Failed";
  const failed: PodGarbageStep = { do: "markFailed", pod, because: "PodGC: node no longer exists" };
  return { steps: [...(isOver ? [] : [failed]), { do: "deletePod", pod }] };
}
