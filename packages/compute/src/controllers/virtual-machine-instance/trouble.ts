import { podCondition } from "../../status/conditions-of-pods.ts";
import type { Facts } from "./facts.ts";

/** What keeps a VMI from going on: becomes `Synchronized=False` and, when it is new, an Event. */
export interface Trouble {
  readonly reason: string;
  readonly message: string;
}

/** Why no pod can be made, as far as that can be known without trying. */
export function blockedBy({ vmi, pod, missingNads, isNameTaken }: Facts): Trouble | undefined {
  if (pod || vmi.metadata.deletionTimestamp) return undefined;
  const [missing] = missingNads;
  if (missing) {
    const message = `failed to render launch manifest: failed to locate network attachment definition ${missing}`;
    return { reason: "FailedCreate", message };
  }
  if (isNameTaken) {
    return {
      reason: "FailedCreate",
      message: "failed to create virtual machine pod: a pod of its name already exists",
    };
  }
  return undefined;
}

/** What keeps the pod from having a network or a place on its node. */
export function sandboxTrouble({ pod }: Facts): Trouble | undefined {
  const sandbox = podCondition(pod, "PodReadyToStartContainers");
  if (sandbox?.status !== "False" || !sandbox.reason) return undefined;
  return { reason: sandbox.reason, message: sandbox.message ?? "" };
}

/** The pod's first container whose image cannot be had. */
export function imageTrouble({ pod }: Facts): Trouble | undefined {
  const statuses = [...(pod?.status?.initContainerStatuses ?? []), ...(pod?.status?.containerStatuses ?? [])];
  for (const { state } of statuses) {
    const { reason, message = "" } = state?.waiting ?? {};
    if (reason && imageReasons.has(reason)) return { reason, message };
  }
  return undefined;
}

const imageReasons = new Set(["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"]);
