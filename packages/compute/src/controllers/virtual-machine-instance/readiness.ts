import type { Pod, VirtualMachineInstance } from "@peapod/api";
import type { NewCondition } from "../../status/conditions.ts";
import { isDownOrGoingDown, podCondition } from "../../status/conditions-of-pods.ts";

/** `Ready`: the pod's own once the guest runs, and before that why not. */
export function readiness(vmi: Pick<VirtualMachineInstance, "status">, pod: Pod | undefined): NewCondition {
  if (!pod) return notReady("PodNotExists", "virt-launcher pod has not yet been scheduled");
  if (isDownOrGoingDown(pod)) return notReady("PodTerminating", "virt-launcher pod is terminating");
  if (vmi.status?.phase !== "Running") return notReady("GuestNotRunning", "Guest VM is not reported as running");
  const ready = podCondition(pod, "Ready");
  if (!ready) return notReady("PodConditionMissing", "virt-launcher pod is missing the Ready condition");
  const { status, reason, message, lastTransitionTime } = ready;
  return { type: "Ready", status, reason, message, lastTransitionTime };
}

function notReady(reason: string, message: string): NewCondition {
  return { type: "Ready", status: "False", reason, message };
}
