import type { Pod } from "@peapod/api";
import { isJsonEqual, type Plan } from "@peapod/machinery";
import type { Sandbox } from "../sandbox/types.ts";
import { renderNetworkStatus } from "./render/network-status.ts";
import { renderFailed, renderPending, renderRunning } from "./render/status.ts";
import type { Facts, Step } from "./types.ts";

/** The kubelet's part for launcher pods: a sandbox, the images, an honest status, and nothing left afterwards. */
export function planPod(facts: Facts): Plan<Step> {
  const { pod, sandbox } = facts;
  if (!pod) return sandbox ? planOrphan(facts, "its pod is gone") : { steps: [] };
  if (sandbox && sandbox.podUid !== pod.metadata.uid) return planOrphan(facts, "another pod has its name now");
  if (pod.metadata.deletionTimestamp !== undefined) return planDeletion(facts, pod);
  if (isFinal(pod)) return { steps: isLeft(sandbox) ? [{ do: "removeSandbox", sandbox }] : [] };
  if (pod.metadata.labels?.["kubevirt.io"] !== "virt-launcher") return { steps: [refusal(pod)] };
  return planRun(facts, pod);
}

function planRun(facts: Facts, pod: Pod): Plan<Step> {
  const { sandbox, guest, isSandboxStanding } = facts;
  if (guest.is === "ended") return { steps: statusSteps(pod, renderFailed(pod, facts, guest)) };
  if (sandbox?.state === "removed" || (sandbox?.state === "standing" && !isSandboxStanding)) {
    const ended = {
      failed: true,
      reason: "NodeReboot",
      message: "the machine was restarted, or its Peapod taken down, while this pod was on it",
      at: facts.now.toISOString(),
    };
    return { steps: statusSteps(pod, renderFailed(pod, facts, ended)) };
  }
  const pulls = facts.images.flatMap(({ wanted, state }): Step[] => {
    const isDue = state.is === "absent" || (state.is === "failed" && state.nextTryAt <= facts.now);
    return isDue && wanted.policy !== "Never" ? [{ do: "startPull", pod, image: wanted }] : [];
  });
  const areImagesReady = facts.images.every(({ state }) => state.is === "ready");
  if (sandbox?.state !== "standing") {
    const steps: Step[] = [...pulls, { do: "makeSandbox", pod, hasImages: areImagesReady }];
    // Somebody looking meanwhile should see which image is waited for, or what the sandbox fails for.
    const isWaiting = pulls.length > 0 || facts.sandboxTrouble !== undefined;
    // A sandbox that stands changes no object that would wake us.
    return { steps: [...(isWaiting ? statusSteps(pod, renderPending(pod, facts)) : []), ...steps], lookAgainInMs: 0 };
  }
  const retryAt = Math.min(
    ...facts.images.map(({ state }) => (state.is === "failed" ? state.nextTryAt.getTime() : Infinity)),
  );
  const lookAgainInMs = Number.isFinite(retryAt) ? Math.max(0, retryAt - facts.now.getTime()) : undefined;
  if (!areImagesReady) return { steps: [...pulls, ...statusSteps(pod, renderPending(pod, facts))], lookAgainInMs };
  return { steps: statusSteps(pod, renderRunning(pod, facts, sandbox), renderNetworkStatus(sandbox)) };
}

/** The guest is asked to leave by whoever runs guests; here only its end, or the end of its grace, is waited for. */
function planDeletion(facts: Facts, pod: Pod): Plan<Step> {
  const { sandbox, guest } = facts;
  if (!sandbox) return { steps: [{ do: "deletePod", pod }] };
  if (guest.is === "alive") {
    const leftMs = graceLeftMs(pod, facts.now);
    const announce: Step[] = facts.isEndAnnounced ? [] : [{ do: "announceEnd", pod }];
    if (leftMs > 0) return { steps: announce, lookAgainInMs: leftMs };
    return {
      steps: [{ do: "destroyGuest", sandbox, because: "its pod's grace period is over" }, ...removal(facts, pod)],
    };
  }
  return { steps: removal(facts, pod) };
}

function removal({ sandbox }: Facts, pod: Pod): readonly Step[] {
  return [...undoing(sandbox), { do: "deletePod", pod }];
}

function planOrphan({ sandbox, guest }: Facts, because: string): Plan<Step> {
  if (!sandbox) return { steps: [] };
  const destroy: Step[] = guest.is === "alive" ? [{ do: "destroyGuest", sandbox, because }] : [];
  return { steps: [...destroy, ...undoing(sandbox)] };
}

function undoing(sandbox: Sandbox | undefined): readonly Step[] {
  if (!sandbox) return [];
  const remove: Step[] = isLeft(sandbox) ? [{ do: "removeSandbox", sandbox }] : [];
  return [...remove, { do: "removeGuestFolder", sandbox }];
}

function isLeft(sandbox: Sandbox | undefined): sandbox is Sandbox {
  return sandbox !== undefined && sandbox.state !== "removed";
}

/** deletionTimestamp already lies one grace period ahead of the request. */
function graceLeftMs(pod: Pod, now: Date): number {
  return Date.parse(pod.metadata.deletionTimestamp ?? "") - now.getTime();
}

function isFinal(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

function refusal(pod: Pod): Step {
  return {
    do: "refusePod",
    pod,
    message: "Peapod's node runs launcher pods of virtual machines only; run containers on a Kubernetes cluster",
  };
}

function statusSteps(pod: Pod, status: NonNullable<Pod["status"]>, networkStatus?: string): readonly Step[] {
  const isSame =
    isJsonEqual(pod.status ?? {}, status) &&
    (networkStatus === undefined || pod.metadata.annotations?.["k8s.v1.cni.cncf.io/network-status"] === networkStatus);
  if (isSame) return [];
  return [{ do: "writeStatus", pod, status, ...(networkStatus !== undefined && { networkStatus }) }];
}
